internal import Databases
public import Grants
public import Identities
public import Policy
public import Sessions
public import Tokens

extension ManagerActions {
    /// Returns the last sign-in of a user to this organization, or nil if there is none.
    public func signIn(of id: IdentityID) async throws(ManagementError) -> LastSignIn? {
        let organization = organization
        return try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                try AccessStore.signIn(of: id, in: organization, transaction)
            }
        }
    }

    /// Returns the opened claims of a user's last sign-in to this organization. Returns nil if there is none, or if
    /// they were sealed by a removed key.
    public func claims(of id: IdentityID) async throws(ManagementError) -> VerifiedClaims? {
        guard let signIn = try await signIn(of: id) else { return nil }
        let settings = settings
        return try await compute { settings.claims(of: signIn) }
    }

    /// Returns a user whom the organization knows by a sign-in or a grant, and whether it suspended the user. Returns
    /// nil if it knows neither.
    public func known(_ id: IdentityID) async throws(ManagementError) -> (user: KnownIdentity, isSuspended: Bool)? {
        let (organization, state) = (organization, state)
        return try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                guard let user = try AccessStore.known(id, in: organization, transaction) else { return nil }
                let isSuspended = user.verifiedEmails.contains {
                    state.snapshot.isSuspended(user.identity, verifiedEmail: $0, in: organization)
                }
                return (
                    user,
                    isSuspended || state.snapshot.isSuspended(user.identity, verifiedEmail: nil, in: organization)
                )
            }
        }
    }

    /// Explains the access that claims have to this organization, every rule included.
    ///
    /// - Parameter identity: the identity whose grants and suspensions count; nil if the claims name no subject.
    public func explain(
        _ claims: KnownClaims, from provider: ProviderID, identity: Identity?
    ) async throws(ManagementError) -> AccessExplanation {
        let (state, organization) = (state, organization)
        // Every rule is evaluated, on claims of any size: too long for a reactor.
        let explanation = try await compute {
            state.explanation(of: claims, from: provider, identity: identity, in: organization)
        }
        guard let explanation else { throw .refused(.notFound) }
        return explanation
    }

    /// Returns a denied sign-in, or nil if it is unknown or too old.
    public func deniedSignIn(_ denied: String) async throws(ManagementError) -> DeniedSignIn? {
        try await stored { () throws(DatabaseError) in
            try await stores.denied.find(denied, in: organization, now: access.now())
        }
    }
}

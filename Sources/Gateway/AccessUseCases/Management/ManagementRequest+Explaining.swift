internal import ClaimMapping
package import Endpoints
package import Grants
package import Identities
package import JSON
internal import Management
package import Policy
internal import RuntimeConfiguration
package import Sessions
internal import Text
package import Tokens

/// A user's role in this organization, with the reason for it or for its absence.
package struct ExplainedAccess: Sendable {
    package let provider: ProviderID
    package let issuer: Issuer
    package let subject: Subject?
    package let email: EmailAddress?
    /// Whether the address counts as verified.
    package let isEmailVerified: Bool
    /// The claims that were explained, a JSON object.
    package let claims: JSONValue
    /// Whether the claims are unsigned.
    package let isDryRun: Bool
    package let access: AccessExplanation
}

/// A user whom the organization knows, with the explanation of their access.
package struct ExplainedUser: Sendable {
    package let id: IdentityID
    package let user: KnownIdentity
    package let isSuspended: Bool
    /// The explanation by the claims of the last sign-in; nil if there is none, or if it cannot be opened.
    package let explained: ExplainedAccess?
    /// The grants that count; none if the organization does not accept the user's provider.
    package let grants: [Grant]

    /// Whether there is a last sign-in whose claims cannot be read, so that the role by rules is unknown.
    package var isUnreadable: Bool { user.signIn != nil && explained == nil }

    /// The effective role; nil if there is none, or if it is unknown.
    package var role: Role? {
        if let explained { explained.access.standing.role } else { isSuspended ? nil : grants.map(\.role).max() }
    }
}

extension ManagementRequest {
    /// The claims of a token, verified as a bearer token of one of the organization's providers. Tokens of other
    /// providers disclose nothing to the organization.
    package func verified(token: String) async throws(TokenRefusal) -> VerifiedClaims {
        let bytes = Array(token.withoutWhiteSpace().utf8)
        let verifier = configuration.verifier(for: organization)
        do throws(TokenRefusal) {
            return try verifier.verify(bytes.span, at: stores.now())
        } catch {
            guard await configuration.learnKeys(afterRefusing: error, of: verifier, for: origin.address) else {
                throw error
            }
            return try verifier.verify(bytes.span, at: stores.now())
        }
    }

    /// Explains claims that were verified earlier.
    package func explain(_ claims: VerifiedClaims) async throws(Problem) -> ExplainedAccess {
        try await explain(
            claims.known, of: claims.provider, issuer: claims.identity.issuer, subject: claims.identity.subject,
            isDryRun: false)
    }

    /// Explains unsigned claims, as if they came from one of the organization's providers.
    package func explain(claims root: JSONValue, of provider: ProviderID) async throws(Problem) -> ExplainedAccess? {
        guard organization.accepts(provider), let known = configuration.trusted[provider]
        else { return nil }
        let subject = root.member(known.subjectClaim)?.string ?? root.member("sub")?.string
        return try await explain(
            KnownClaims(root), of: provider, issuer: known.issuer, subject: subject.map { Subject($0) },
            isDryRun: true)
    }

    /// Explains a user who signed in, by the claims of their last sign-in.
    package func explain(_ identity: IdentityID) async throws(Problem) -> ExplainedAccess? {
        guard let claims = try await claims(of: identity) else { return nil }
        return try await explain(claims)
    }

    /// Explains a user by the claims of the last sign-in and by the grants. Returns nil if the organization knows
    /// neither.
    package func explainUser(_ id: IdentityID) async throws(Problem) -> ExplainedUser? {
        let known = try await answering { actions throws(ManagementError) in try await actions.known(id) }
        guard let known else { return nil }
        let isAccepted = configuration.accessSettings.rules.lists(issuer: known.user.identity.issuer, in: self.id)
        return ExplainedUser(
            id: id, user: known.user, isSuspended: known.isSuspended, explained: try await explain(id),
            grants: isAccepted ? known.user.grants : [])
    }

    private func explain(
        _ claims: KnownClaims, of provider: ProviderID, issuer: Issuer, subject: Subject?, isDryRun: Bool
    ) async throws(Problem) -> ExplainedAccess {
        let identity = subject.map { Identity(issuer: issuer, subject: $0) }
        let explanation = try await answering { actions throws(ManagementError) in
            try await actions.explain(claims, from: provider, identity: identity)
        }
        return ExplainedAccess(
            provider: provider, issuer: issuer, subject: subject, email: claims.root.shownEmail,
            isEmailVerified: configuration.accessSettings.rules.emailTrust(of: provider).verifiedEmail(of: claims)
                != nil,
            claims: claims.root, isDryRun: isDryRun, access: explanation)
    }

    /// The last sign-in of a user to this organization.
    package func signIn(of identity: IdentityID) async throws(Problem) -> LastSignIn? {
        try await answering { actions throws(ManagementError) in try await actions.signIn(of: identity) }
    }

    /// The claims of a user's last sign-in to this organization; nil if they cannot be opened.
    package func claims(of identity: IdentityID) async throws(Problem) -> VerifiedClaims? {
        try await answering { actions throws(ManagementError) in try await actions.claims(of: identity) }
    }

    /// A sign-in that gave no role here, by its id.
    package func deniedSignIn(_ denied: String) async throws(Problem) -> DeniedSignIn? {
        try await answering { actions throws(ManagementError) in try await actions.deniedSignIn(denied) }
    }
}

internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// A caller whose permission is checked again when the content has arrived: by the deployment, rules, grants and
/// suspensions of that moment, and only while the caller's session or token is valid.
struct StandingCaller: Sendable {
    let deployments: Published<Deployment>
    let sessions: SessionStore
    /// The claims at the time of the request.
    let claims: VerifiedClaims
    /// The session; nil for bearer tokens.
    let session: SessionKey?

    /// - Parameter isConfirmed: true if the caller confirms the loss of their own role.
    func acting(_ permission: Permission, in id: OrganizationID, isConfirmed: Bool = false) -> ActingIdentity {
        ActingIdentity(
            issuer: claims.identity.issuer.text, subject: claims.identity.subject.text, permission: permission,
            isConfirmed: isConfirmed, isSignedIn: isSignedIn,
            verifiedEmail: {
                let claims = currentClaims
                return deployments.read().value.emailTrust(of: claims.provider).verifiedEmail(of: claims.known)
            },
            isEmailUnknown: {
                let claims = currentClaims
                return deployments.read().value.emailTrust(of: claims.provider).isVerifiedEmailUnknown(of: claims.known)
            },
            earned: { rows, grants in
                let (claims, deployment) = (currentClaims, deployments.read().value)
                guard let organization = deployment.organization(id.text) else { return (nil, []) }
                let earned = Entitlement(
                    of: claims, in: organization.rules.adding(rows),
                    emailTrust: deployment.emailTrust(of: claims.provider), grants: grants)
                return (earned.role, earned.permissions)
            })
    }

    /// The current claims, which a renewal may have changed.
    private var currentClaims: VerifiedClaims { session.flatMap { sessions.cached($0)?.claims } ?? claims }

    /// Returns true if the session has not ended, or the token is still valid under the current providers and keys.
    func isSignedIn(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let deployment = deployments.read().value
        guard let session else { return deployment.stillTrusts(claims, at: moment) }
        guard deployment.signIn.issuers[claims.provider] == claims.identity.issuer else { return false }
        return try SessionStore.isLive(session, under: deployment.signIn.lifetimes, at: moment, transaction)
    }
}

extension Deployment {
    /// Returns true if a bearer token that was valid on arrival has not expired, and its key is still one of its
    /// provider's.
    fileprivate func stillTrusts(_ claims: VerifiedClaims, at moment: Timestamp) -> Bool {
        guard claims.validity.contains(moment),
            let provider = trustedProviders.first(where: { $0.id == claims.provider }),
            provider.issuer == claims.identity.issuer, let keys = provider.keys?.keys
        else { return false }
        return claims.keyID == nil || keys.contains { $0.id == nil || $0.id.isExactly(claims.keyID) }
    }
}

internal import ClaimMapping
internal import Databases
internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Sessions
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// A caller whose right is asked again when what they sent has arrived: by the settings, rows, grants and suspensions of
/// that moment, and only while the session or the token that they came with counts.
struct StandingCaller: Sendable {
    let deployments: Published<Deployment>
    let sessions: SessionStore
    /// As they were when the request came.
    let claims: VerifiedClaims
    /// `nil` for bearer tokens.
    let session: SessionKey?

    /// - Parameter isConfirmed: whether their own role may go by what they do.
    func acting(_ permission: Permission, in id: OrganizationID, isConfirmed: Bool = false) -> ActingIdentity {
        ActingIdentity(
            issuer: claims.identity.issuer, subject: claims.identity.subject, permission: permission,
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

    /// A renewal may have brought others meanwhile.
    private var currentClaims: VerifiedClaims { session.flatMap { sessions.cached($0)?.claims } ?? claims }

    /// Whether the session has not ended, or the token is still good under today's providers and keys.
    func isSignedIn(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let deployment = deployments.read().value
        guard let session else { return deployment.stillTrusts(claims, at: moment) }
        guard deployment.signIn.issuers[claims.provider].isExactly(claims.identity.issuer) else { return false }
        return try SessionStore.isLive(session, under: deployment.signIn.lifetimes, at: moment, transaction)
    }
}

extension Deployment {
    /// Whether a bearer token that was good when it came is still in its time, and its key still one of its provider's.
    fileprivate func stillTrusts(_ claims: VerifiedClaims, at moment: Timestamp) -> Bool {
        guard claims.validity.contains(moment),
            let provider = trustedProviders.first(where: { $0.id == claims.provider }),
            TrustedProvider.isSameIssuer(provider.issuer, claims.identity.issuer), let keys = provider.keys?.keys
        else { return false }
        return claims.keyID == nil || keys.contains { $0.id == nil || $0.id.isExactly(claims.keyID) }
    }
}

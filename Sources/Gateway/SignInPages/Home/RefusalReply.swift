internal import ClaimMapping
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
package import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Tokens

/// The reply to a signed-in user without a role, identical whether or not the organization exists.
package enum RefusalReply {
    /// - Parameter entitlements: those with a role. The page names the organizations that the user may view.
    package static func page(_ context: RequestContext, _ caller: Caller, _ entitlements: [Entitlement]) -> Reply {
        let claims = caller.claims
        let page = RefusedPage(
            account: caller.account, provider: context.configuration.name(of: claims.provider),
            issuer: claims.identity.issuer, subject: claims.identity.subject,
            email: email(of: claims, in: context.configuration), groups: groups(claims.known),
            missing: missing(claims.unknown), signedInAt: caller.session?.session.createdAt,
            others: OrganizationListPage.Item.all(entitlements, under: context.configuration),
            requestID: context.requestID)
        return .page(.notFound, page.document)
    }

    /// The user's own address, with the state of its verification.
    static func email(of claims: VerifiedClaims, in configuration: RuntimeConfiguration) -> RefusedPage.Email {
        guard let email = claims.payload.shownEmail, !email.text.isEmpty else {
            return claims.known.isUnknown("email") ? .unknown : .absent
        }
        switch configuration.accessRules.emailTrust(of: claims.provider).standing(of: email, among: claims.known) {
        case .verified: return .verified(email)
        case .absent: return .unverified(email, .notStated)
        case .denied: return .unverified(email, .denied)
        case .ofOtherType: return .unverified(email, .unreadable)
        }
    }

    private static func missing(_ unknown: UnknownClaims) -> RefusedPage.Missing? {
        if unknown.isUserinfoMissing { return .userinfo }
        return unknown.hasLapsed ? .lapsed : nil
    }

    private static func groups(_ claims: KnownClaims) -> RefusedPage.Groups {
        if claims.unknown.leavesOut("groups") { return .leftOut }
        guard let groups = claims.root.member("groups") else { return claims.isUnknown("groups") ? .unknown : .absent }
        return .names(groups.string.map { [$0] } ?? groups.elements.compactMap(\.string))
    }
}

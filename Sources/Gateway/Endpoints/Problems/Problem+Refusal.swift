package import ClaimMapping
package import Policy
package import Tokens

extension Problem {
    /// A refusal by policy.
    ///
    /// - Parameter unknown: the claims that could not be obtained.
    package init(_ reason: RefusalReason, _ unknown: UnknownClaims) {
        switch reason {
        case .permissionMissing:
            self.init(.permissionMissing, detail: "Your role in this organization does not permit this.")
        case .claimsIncomplete:
            self.init(
                .claimsIncomplete,
                detail: unknown.isUserinfoMissing
                    ? "Your identity provider did not answer when it was asked for the rest of your claims (userinfo), "
                        + "and they could decide your role. Sign in again in a few minutes."
                    : "Your provider left claims out of the token that could earn a role. Ask it for fewer groups.")
        case .organizationNotFound:
            self.init(
                .organizationNotFound, detail: "There is no such organization, or you have no role in it.")
        }
    }
}

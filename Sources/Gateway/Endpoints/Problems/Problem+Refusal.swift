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
                    ? "Your identity provider did not return all of your claims (userinfo), "
                        + "and the missing ones could decide your role. Sign in again in a few minutes."
                    : "Your identity provider omitted claims that could give a role. Have it send fewer groups.")
        case .organizationNotFound:
            self.init(
                .organizationNotFound, detail: "The organization does not exist, or you have no role in it.")
        }
    }
}

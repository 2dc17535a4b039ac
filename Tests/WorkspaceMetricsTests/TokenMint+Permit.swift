import ClaimMapping
import GatehouseTesting
import Identities
import Policy

extension TokenMint {
    struct PermitRefusal: Error {}

    /// Earns a permit as users do: by a signed token, a rule that maps it, and a decision.
    func permit(_ permission: Permission, in organization: OrganizationID) throws -> Permit {
        let role = Role.allCases.first { $0.permissions.contains(permission) } ?? .manager
        let row = Mapping(id: "file:1", rank: 1, claimName: "sub", match: .equals, claimValue: "someone", role: role)
        let rules = OrganizationRules(id: organization, providers: [.idp], strategy: .firstMatch, mappings: [row])
        let entitlement = Entitlement(of: try verified(), in: rules, emailTrust: EmailTrust())
        guard case .permit(let permit) = entitlement.decide(permission) else { throw PermitRefusal() }
        return permit
    }
}

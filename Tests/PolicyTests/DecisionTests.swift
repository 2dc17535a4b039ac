import ClaimMapping
import GatehouseTesting
import Identities
import Testing
import Tokens

@testable import Policy

/// The contract's table of permissions: the roles that have each one.
private let table: [(permission: Permission, manager: Bool, viewer: Bool, publisher: Bool)] = [
    (.readMetrics, true, true, false), (.readMembers, true, true, false), (.writeMembers, true, false, false),
    (.writeMappings, true, false, false), (.readAudit, true, false, false), (.writeInventory, false, false, true),
]

@Suite struct DecisionTests {
    let mint: TokenMint
    let organization: OrganizationID

    init() throws {
        mint = try TokenMint()
        organization = try #require(OrganizationID("acme"))
    }

    @Test("each role permits what the contract's table says", arguments: table.indices)
    func matrix(_ index: Int) throws {
        let row = table[index]
        for (role, isAllowed) in [(Role.manager, row.manager), (.viewer, row.viewer), (.publisher, row.publisher)] {
            let claims = try mint.verified(["role": "\"\(role.rawValue)\""])
            let decision = entitlement(claims).decide(row.permission)
            switch decision {
            case .permit(let permit):
                #expect(isAllowed, "\(role) \(row.permission)")
                #expect(permit.organization == organization && permit.permission == row.permission)
                #expect(permit.role == role && permit.identity == claims.identity)
            case .refuse(let reason):
                #expect(!isAllowed && reason == .permissionMissing, "\(role) \(row.permission)")
            }
        }
        #expect(table.count == Permission.allCases.count)
    }

    @Test("what one organization grants permits nothing in another")
    func otherOrganizations() throws {
        let claims = try mint.verified(["role": "\"organization-manager\""])
        let other = OrganizationRules(
            id: try #require(OrganizationID("other")), providers: [.idp], strategy: .firstMatch, mappings: [])
        let entitlement = Entitlement(of: claims, in: other, emailTrust: EmailTrust())
        #expect(entitlement.organization == other.id && entitlement.permissions.isEmpty)
        for permission in Permission.allCases {
            guard case .refuse(.organizationNotFound) = entitlement.decide(permission) else {
                Issue.record("\(permission) is permitted")
                continue
            }
        }
        guard case .permit(let permit) = self.entitlement(claims).decide(.readMetrics) else {
            Issue.record("refused at home")
            return
        }
        #expect(permit.organization == organization)
    }

    private func entitlement(_ claims: VerifiedClaims, grants: [Role] = []) -> Entitlement {
        let rows = Role.allCases.enumerated().map { index, role in
            Mapping(
                id: "file:\(index + 1)", rank: index + 1, claimName: "role", match: .equals,
                claimValue: role.rawValue, role: role)
        }
        let groups = Mapping(id: "file:4", rank: 4, claimName: "groups", match: .exists, claimValue: "", role: .viewer)
        let rules = OrganizationRules(
            id: organization, providers: [.idp], strategy: .firstMatch, mappings: rows + [groups])
        return Entitlement(of: claims, in: rules, emailTrust: EmailTrust(), grants: grants)
    }

    @Test("without a role the organization is not told, unless claims were left out")
    func refusals() throws {
        let none = try mint.verified(["role": "\"king\""])
        guard
            case .refuse(.organizationNotFound) = entitlement(none).decide(.readMetrics)
        else { return #expect(Bool(false)) }
        let incomplete = try mint.verified(["hasgroups": "true"])
        guard
            case .refuse(.claimsIncomplete) = entitlement(incomplete).decide(.readMetrics)
        else { return #expect(Bool(false)) }
        let other = try mint.verified(["role": "\"organization-manager\""], by: "other")
        guard
            case .refuse(.organizationNotFound) = entitlement(other, grants: [.manager]).decide(.readMetrics)
        else { return #expect(Bool(false)) }
    }

    @Test("grants and mappings count together; the higher role is shown, the mapping where they are equal")
    func grants() throws {
        let viewer = try mint.verified(["role": "\"organization-viewer\""])
        let both = entitlement(viewer, grants: [.publisher])
        #expect(both.role == .viewer && both.source == .claimMapping && both.mapping == "file:2")
        #expect(both.permissions == [.readMetrics, .readMembers, .writeInventory])
        let equal = entitlement(viewer, grants: [.viewer])
        #expect(equal.source == .claimMapping && equal.reason == .mapped)
        let higher = entitlement(viewer, grants: [.manager])
        #expect(
            higher.role == .manager && higher.source == .grant && higher.reason == .granted && higher.mapping == nil)
        let only = entitlement(try mint.verified(["role": "\"king\""]), grants: [.viewer])
        #expect(only.role == .viewer && only.source == .grant)
        let incomplete = entitlement(try mint.verified(["hasgroups": "true"]), grants: [.publisher])
        #expect(incomplete.role == .publisher && incomplete.permissions == [.writeInventory])
    }
}

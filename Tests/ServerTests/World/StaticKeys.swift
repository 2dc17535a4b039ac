import ClaimMapping
import Endpoints
import GatehouseTesting
import Identities
import InventoryStore
import Policy
import RuntimeConfiguration
import Testing
import Time
import Tokens

@testable import Server

/// A provider of bearer tokens whose keys are in the configuration.
///
/// The groups `NAME-managers`, `NAME-viewers` and `NAME-publishers` give their roles in the organization `NAME`.
struct StaticKeys {
    /// The longest inventory document, in bytes.
    static let inventoryBody = 3 << 20

    private let mint: TokenMint
    /// The provider, as the configuration trusts it.
    var provider: TrustedProvider

    init() throws {
        mint = try TokenMint(keyID: "k")
        provider = try mint.provider()
    }

    func configuration(
        organizations names: [String] = ["acme", "globex"], publicURL: String = "https://access.example"
    ) throws -> RuntimeConfiguration {
        let organizations = try names.map { name in
            let id = try #require(OrganizationID(name))
            let roles: [(group: String, role: Role)] = [
                ("managers", .manager), ("viewers", .viewer), ("publishers", .publisher),
            ]
            let rows = roles.enumerated().map { index, row in
                AccessWorld.rule("\(name)-\(row.group)", row.role, id: "file:\(index + 1)")
            }
            return RuntimeConfiguration.Organization(
                id: id, name: name,
                rules: OrganizationRules(id: id, providers: [.idp], strategy: .firstMatch, mappings: rows),
                license: License())
        }
        return RuntimeConfiguration(
            publicURL: publicURL, providers: [provider],
            accessSettings: AccessSettings(
                organizations: organizations.map(\.rules),
                providers: [
                    AccessRules.Provider(
                        id: provider.id, issuer: provider.issuer, emailTrust: EmailTrust(), isSignInPossible: false)
                ], box: nil), organizations: organizations, trustedProxies: TrustedProxies([]), tokenCache: 100,
            inventoryBody: StaticKeys.inventoryBody)
    }

    /// Signs a token of a user in these groups.
    ///
    /// - Parameters:
    ///   - claims: further claims, and nil for claims to leave out; as for ``TokenMint/claims(_:)``.
    ///   - lifetime: the time until the token expires, in seconds.
    func token(_ groups: String..., claims: [String: String?] = [:], lifetime: Int64 = 3600) throws -> String {
        let now = TokenMint.now.seconds
        var all: [String: String?] = [
            "iat": "\(now - 600)", "exp": "\(now + lifetime)",
            "groups": "[\(groups.map { "\"\($0)\"" }.joined(separator: ","))]",
        ]
        for (name, value) in claims { all[name] = .some(value) }
        return try mint.token(TokenMint.claims(all))
    }
}

public import ClaimMapping
public import Cryptography

/// The access rules of one reading of the configuration, and the keys that open the sealed claims of users. Both change
/// together on a reload, so that no claims are evaluated with keys that the rules' tag does not cover.
public struct AccessSettings: Sendable {
    public let rules: AccessRules
    /// Opens and seals the claims of last sign-ins; nil if no sealing key is configured. A write
    /// transaction uses it only if users change in every attempt to prepare the transaction.
    public let box: SealedBox?

    /// - Parameters:
    ///   - organizations: the rules of the configuration file, in its order.
    ///   - upstreams: the access rules of the upstreams, in the order of the file.
    public init(
        organizations: [OrganizationRules], providers: [AccessRules.Provider], box: SealedBox?,
        upstreams: [UpstreamRules] = []
    ) {
        self.box = box
        rules = AccessRules(
            organizations: organizations, providers: providers, sealingKeys: box?.keyIDs ?? [], upstreams: upstreams)
    }
}

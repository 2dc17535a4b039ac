/// The id of an upstream as configuration, paths and assertions write it: 1–64 of `a`–`z`, `0`–`9`, `-`, `_`, `.`,
/// beginning with a letter or digit.
public struct UpstreamID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    /// Returns nil if the text breaks the rule above.
    public init?(_ text: some StringProtocol) {
        // The ids of organizations follow the same rule.
        guard let id = OrganizationID(text) else { return nil }
        self.text = id.text
    }

    public static func < (a: UpstreamID, b: UpstreamID) -> Bool { a.text < b.text }

    public var description: String { text }
}

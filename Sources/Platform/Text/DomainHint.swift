/// The hint for a domain with characters outside ASCII. Emails and tokens carry its ASCII form (RFC 5890, section
/// 2.3.2.1), so another spelling would match nothing.
public enum DomainHint {
    /// The hint for one user input.
    public static let sentence =
        "The domain has letters outside ASCII. Write it in its ASCII form, which begins with xn--."
    /// The hint for a setting, which follows the path of the setting.
    public static let text = "has a domain with letters outside ASCII: write it in its ASCII form, xn--…"

    /// Returns true if a domain has characters outside ASCII.
    public static func isNeeded(forDomain text: some StringProtocol) -> Bool { text.utf8.contains { $0 >= 0x80 } }

    /// Returns true if the domain of an address, or of a pattern of addresses, has characters outside ASCII.
    public static func isNeeded(forAddress text: some StringProtocol) -> Bool {
        String(text).cut(atLast: "@")?.after.utf8.contains { $0 >= 0x80 } ?? false
    }
}

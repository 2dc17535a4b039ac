/// The hint for a domain with characters outside ASCII. Emails and tokens carry its ASCII form (RFC 5890, section
/// 2.3.2.1), so another spelling would match nothing.
public enum DomainHint {
    /// Text that follows the name of the value that has the domain.
    public static let text = "has a domain with letters beyond ASCII: write it in its ASCII form, xn--…"

    /// Returns true if a domain, or the domain of an address, has characters outside ASCII.
    public static func isNeeded(for text: some StringProtocol) -> Bool {
        let whole = String(text)
        return (whole.cut(atLast: "@")?.after ?? whole[...]).utf8.contains { $0 >= 0x80 }
    }
}

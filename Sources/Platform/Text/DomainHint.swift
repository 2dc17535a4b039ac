/// What is said of a domain that has other letters than ASCII. Mail and tokens carry its ASCII form (RFC 5890, section
/// 2.3.2.1), so that another spelling would match nothing.
public enum DomainHint {
    /// Follows the name of what has the domain.
    public static let text = "has a domain with letters beyond ASCII: write it in its ASCII form, xn--…"

    /// Whether the domain of an address, or a domain by itself, has other letters than ASCII.
    public static func isNeeded(for text: some StringProtocol) -> Bool {
        let whole = String(text)
        return (whole.cut(atLast: "@")?.after ?? whole[...]).utf8.contains { $0 >= 0x80 }
    }
}

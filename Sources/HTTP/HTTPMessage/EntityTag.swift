internal import Text

/// The value of an `ETag` (RFC 9110, section 8.8.3).
public struct EntityTag: Sendable, Hashable, CustomStringConvertible {
    /// The tag without quotation marks.
    public let opaque: String
    /// True for a weak tag (`W/`), which never matches `If-Match`.
    public let isWeak: Bool

    /// - Parameter opaque: visible characters other than the quotation mark; others are left out.
    public init(_ opaque: String, isWeak: Bool = false) {
        let isVisible = { (byte: UInt8) in byte > 0x20 && byte != 0x22 && byte != 0x7F }
        self.opaque =
            opaque.allOctets(satisfy: isVisible)
            ? opaque : String(decoding: opaque.utf8.filter(isVisible), as: UTF8.self)
        self.isWeak = isWeak
    }

    public var description: String { (isWeak ? "W/" : "") + "\"\(opaque)\"" }

    // If-None-Match = "*" / #entity-tag (RFC 9110, section 13.1.2), by weak comparison
    /// Returns true if an `If-None-Match` value lists this tag; a malformed value lists none.
    public func isNamed(byIfNoneMatch value: String) -> Bool { isNamed(by: value, isStrong: false) }

    // If-Match = "*" / #entity-tag (RFC 9110, section 13.1.1), by strong comparison
    /// Returns true if an `If-Match` value lists this tag; a malformed value lists none.
    public func isNamed(byIfMatch value: String) -> Bool { isNamed(by: value, isStrong: true) }

    private func isNamed(by value: String, isStrong: Bool) -> Bool {
        var rest = value.trimmingBlanks()
        if value.isExactly("*") { return true }
        var isFound = false
        while !rest.isEmpty {
            let weak = rest.dropping(exactly: "W/")
            guard let (tag, next) = (weak ?? rest).dropping(exactly: "\"")?.cut(at: "\"") else { return false }
            if tag.isExactly(opaque), !isStrong || !isWeak && weak == nil { isFound = true }
            rest = next.trimmingBlanks()
            guard !rest.isEmpty else { break }
            guard let following = rest.dropping(exactly: ",") else { return false }
            rest = following.trimmingBlanks()
        }
        return isFound
    }
}

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
        if value.isExactly("*") { return true }
        var isFound = false
        let isList = EntityTag.readList(value) { tag, isListedWeak in
            if tag.isExactly(opaque), !isStrong || !isWeak && !isListedWeak { isFound = true }
        }
        return isList && isFound
    }

    /// Passes each tag of a list to a closure, without quotation marks. Empty elements are skipped (RFC 9110, section
    /// 5.6.1.2). Returns false if the value is not a list of tags.
    static func readList(_ value: String, _ body: (_ tag: Substring, _ isWeak: Bool) -> Void) -> Bool {
        var rest = value.trimmingBlanks()
        while !rest.isEmpty {
            if rest.starts(exactly: ",") {
                rest = rest.dropFirst().trimmingBlanks()
                continue
            }
            let weak = rest.dropping(exactly: "W/")
            guard let (tag, next) = (weak ?? rest).dropping(exactly: "\"")?.cut(at: "\"") else { return false }
            body(tag, weak != nil)
            rest = next.trimmingBlanks()
            guard rest.isEmpty || rest.starts(exactly: ",") else { return false }
        }
        return true
    }
}

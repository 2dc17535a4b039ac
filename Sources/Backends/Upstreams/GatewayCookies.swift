internal import HTTPMessage
internal import Text

/// The gateway's own cookies, which no upstream sees or sets.
enum GatewayCookies {
    private static let names: [[UInt8]] = ["", "-browser", "-begin", "-app", "-place"].map { Array($0.utf8) }
    private static let word: [UInt8] = Array("gatehouse".utf8)
    /// Prefixes that browsers treat specially, without regard to case (RFC 6265bis, section 4.1.3).
    private static let prefixes = ["__host-", "__secure-", "__http-", "__host-http-"].map { Array($0.utf8) }

    /// Returns true for the name of a gateway cookie. Case is ignored, though it distinguishes cookies: no application
    /// needs such a name.
    static func include(_ name: ArraySlice<UInt8>) -> Bool {
        func isOwn(_ name: ArraySlice<UInt8>) -> Bool {
            begins(name, with: word) && names.contains { isLowercased(name.dropFirst(word.count), $0) }
        }
        if isOwn(name) { return true }
        guard name.first == UInt8(ascii: "_") else { return false }
        return prefixes.contains { begins(name, with: $0) && isOwn(name.dropFirst($0.count)) }
    }

    /// Returns true if octets begin with a word, which is in lower case, regardless of case.
    private static func begins(_ octets: ArraySlice<UInt8>, with word: [UInt8]) -> Bool {
        octets.count >= word.count && isLowercased(octets.prefix(word.count), word)
    }

    private static func isLowercased(_ octets: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard octets.count == word.count else { return false }
        for index in word.indices where ASCII.lowercased(octets[octets.startIndex + index]) != word[index] {
            return false
        }
        return true
    }

    /// Returns the value of a `Cookie` field without the gateway's cookies; nil if nothing is left.
    ///
    /// cookie-string = cookie-pair *( ";" SP cookie-pair ) (RFC 6265, section 4.2.1)
    static func removed(from value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        // Most fields name none, and are passed on as they are.
        guard mayName(value) else { return value }
        var kept: [UInt8] = []
        for pair in value.split(separator: UInt8(ascii: ";")) where !isOfGateway(pair) {
            let pair = pair.trimmingBlanks()
            guard !pair.isEmpty else { continue }
            if !kept.isEmpty { kept += [UInt8(ascii: ";"), 0x20] }
            kept += pair
        }
        return kept.isEmpty ? nil : kept[...]
    }

    /// Returns true if a `Set-Cookie` field sets a gateway cookie, as browsers read it (RFC 6265bis, section 5.6): the
    /// name is trimmed, and a cookie without a name is sent back as its value alone.
    static func areSet(by value: ArraySlice<UInt8>) -> Bool {
        guard mayName(value) else { return false }
        let pair = value.firstIndex(of: UInt8(ascii: ";")).map { value[..<$0] } ?? value
        return isOfGateway(pair)
    }

    /// Returns true if a pair names a gateway cookie, or has no name and a value that a server reads as such a pair.
    private static func isOfGateway(_ pair: ArraySlice<UInt8>) -> Bool {
        var rest = pair.trimmingBlanks()
        while rest.first == UInt8(ascii: "=") { rest = rest.dropFirst().trimmingBlanks() }
        let end = rest.firstIndex(of: UInt8(ascii: "=")) ?? rest.endIndex
        return include(rest[..<end].trimmingBlanks())
    }

    private static func mayName(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count >= word.count else { return false }
        for start in value.startIndex...(value.endIndex - word.count)
        where ASCII.lowercased(value[start]) == word[0] {
            if begins(value[start...], with: word) { return true }
        }
        return false
    }
}

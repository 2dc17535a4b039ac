extension StringProtocol {
    /// Returns true if another text has the same octets.
    @inlinable public func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Returns true if the text begins with the octets of another.
    @inlinable public func starts(exactly prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Returns true if the text ends with the octets of another.
    @inlinable public func ends(exactly suffix: some StringProtocol) -> Bool {
        utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Returns true if the octets of another text are anywhere in this one.
    @inlinable public func holds(exactly part: some StringProtocol) -> Bool {
        var rest = utf8[...]
        guard let first = part.utf8.first else { return true }
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Returns true if an ASCII character is anywhere in the text.
    @inlinable public func holds(_ character: ASCII) -> Bool { utf8.contains(character.octet) }

    /// Returns the index of the first occurrence of an ASCII character.
    @inlinable public func firstIndex(ofASCII character: ASCII) -> Index? { utf8.firstIndex(of: character.octet) }

}

extension StringProtocol where SubSequence == Substring {
    /// Returns the index of the last occurrence of an ASCII character.
    public func lastIndex(ofASCII character: ASCII) -> Index? { self[...].utf8.lastIndex(of: character.octet) }

    /// Returns the parts between all occurrences of an ASCII character, empty parts included.
    ///
    /// - Parameter maxSplits: the most occurrences that separate; the last part contains the rest.
    public func split(at separator: ASCII, maxSplits: Int = .max) -> [Substring] {
        self[...].utf8.split(separator: separator.octet, maxSplits: maxSplits, omittingEmptySubsequences: false)
            .map { Substring($0) }
    }

    /// Returns the non-empty parts between occurrences of any of the given ASCII characters.
    public func words(between separators: ASCII...) -> [Substring] {
        self[...].utf8.split(whereSeparator: { octet in separators.contains { $0.octet == octet } }).map {
            Substring($0)
        }
    }

    /// Returns the text before and after the first occurrence of an ASCII character; nil if there is none.
    public func cut(at separator: ASCII) -> (before: Substring, after: Substring)? {
        firstIndex(ofASCII: separator).map { (self[..<$0], Substring(self[...].utf8[$0...].dropFirst())) }
    }

    /// Returns the text before and after the last occurrence of an ASCII character; nil if there is none.
    public func cut(atLast separator: ASCII) -> (before: Substring, after: Substring)? {
        lastIndex(ofASCII: separator).map { (self[..<$0], Substring(self[...].utf8[$0...].dropFirst())) }
    }

    /// Returns the text before and after the first occurrence of another text's octets; nil if there is none.
    public func cut(at separator: String) -> (before: Substring, after: Substring)? {
        let octets = self[...].utf8
        guard let first = separator.utf8.first else { return nil }
        var start = octets.startIndex
        while let place = octets[start...].firstIndex(of: first) {
            if octets[place...].starts(with: separator.utf8) {
                return (Substring(octets[..<place]), Substring(octets[place...].dropFirst(separator.utf8.count)))
            }
            start = octets.index(after: place)
        }
        return nil
    }

    /// Returns the text without the given octets at its start; nil if it does not start with them.
    public func dropping(exactly prefix: some StringProtocol) -> Substring? {
        starts(exactly: prefix) ? Substring(self[...].utf8.dropFirst(prefix.utf8.count)) : nil
    }

    /// Returns the text without the given octets at its end; nil if it does not end with them.
    public func dropping(exactlyLast suffix: some StringProtocol) -> Substring? {
        ends(exactly: suffix) ? Substring(self[...].utf8.dropLast(suffix.utf8.count)) : nil
    }

    /// Returns the text without spaces and tabs at both ends: OWS (RFC 9110, section 5.6.3).
    public func trimmingBlanks() -> Substring {
        var octets = self[...].utf8[...]
        while let first = octets.first, first == 0x20 || first == 0x09 { octets.removeFirst() }
        while let last = octets.last, last == 0x20 || last == 0x09 { octets.removeLast() }
        return Substring(octets)
    }

    /// Returns the text without white space, including Unicode's, for text that users paste or type.
    public func withoutWhiteSpace() -> String {
        String(String.UnicodeScalarView(self[...].unicodeScalars.filter { !$0.properties.isWhitespace }))
    }

    /// Returns the text with `A`–`Z` mapped to `a`–`z` and all other octets unchanged.
    ///
    /// Unicode's mapping would also map the Kelvin sign to `k`, so that two different texts become one.
    @inlinable public func asciiLowercased() -> String {
        guard utf8.contains(where: { 0x41...0x5A ~= $0 }) else { return String(self) }
        return String(decoding: self[...].utf8.map(ASCII.lowercased), as: UTF8.self)
    }

    /// Returns the text with `a`–`z` mapped to `A`–`Z` and all other octets unchanged.
    public func asciiUppercased() -> String {
        String(decoding: self[...].utf8.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 }, as: UTF8.self)
    }

    /// Returns true if another text has the same octets, with `A`–`Z` read as `a`–`z`.
    @inlinable public func isExactly(ignoringASCIICase other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8) { one, another in
            ASCII.lowercased(one) == ASCII.lowercased(another)
        }
    }
}

// An iterator over `utf8` takes about 25 instructions for each octet, and a span takes 5 or fewer.
extension String {
    /// Returns true if another text has the same octets.
    @inlinable public func isExactly(_ other: String) -> Bool { utf8Span.span.isExactly(other.utf8Span.span) }

    /// Returns true if each octet satisfies a condition.
    @inlinable public func allOctets(satisfy condition: (UInt8) -> Bool) -> Bool {
        let octets = utf8Span.span
        for index in octets.indices where !condition(octets[index]) { return false }
        return true
    }
}

extension String? {
    /// Returns true if both texts have identical octets, or both are nil.
    @inlinable public func isExactly(_ other: String?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let one?, let other?): one.isExactly(other)
        default: false
        }
    }
}

extension Sequence where Element: StringProtocol {
    /// Returns true if one of the texts has the same octets as the given one.
    @inlinable public func contains(exactly text: some StringProtocol) -> Bool { contains { $0.isExactly(text) } }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
    /// Returns the case whose raw value has the octets of a given text; nil if there is none.
    @inlinable public init?(exactly text: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.rawValue.isExactly(text) }) else { return nil }
        self = found
    }
}

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
    public func holds(exactly part: some StringProtocol) -> Bool {
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

    /// The first place of an ASCII character.
    @inlinable public func firstIndex(ofASCII character: ASCII) -> Index? { utf8.firstIndex(of: character.octet) }

}

extension StringProtocol where SubSequence == Substring {
    /// The last place of an ASCII character.
    public func lastIndex(ofASCII character: ASCII) -> Index? { self[...].utf8.lastIndex(of: character.octet) }

    /// The parts between all occurrences of an ASCII character, empty parts too.
    ///
    /// - Parameter maxSplits: how many occurrences separate; the rest belong to the last part.
    public func split(at separator: ASCII, maxSplits: Int = .max) -> [Substring] {
        self[...].utf8.split(separator: separator.octet, maxSplits: maxSplits, omittingEmptySubsequences: false)
            .map { Substring($0) }
    }

    /// The non-empty parts between occurrences of any of the given ASCII characters.
    public func words(between separators: ASCII...) -> [Substring] {
        self[...].utf8.split(whereSeparator: { octet in separators.contains { $0.octet == octet } }).map {
            Substring($0)
        }
    }

    /// The text before and after the first occurrence of an ASCII character; nil if it does not occur.
    public func cut(at separator: ASCII) -> (before: Substring, after: Substring)? {
        firstIndex(ofASCII: separator).map { (self[..<$0], Substring(self[...].utf8[$0...].dropFirst())) }
    }

    /// The text before and after the last occurrence of an ASCII character; nil if it does not occur.
    public func cut(atLast separator: ASCII) -> (before: Substring, after: Substring)? {
        lastIndex(ofASCII: separator).map { (self[..<$0], Substring(self[...].utf8[$0...].dropFirst())) }
    }

    /// The text before and after the first occurrence of another text's octets; nil if they do not occur.
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

    /// The text without the given octets at its start; nil if it does not start with them.
    public func dropping(exactly prefix: some StringProtocol) -> Substring? {
        starts(exactly: prefix) ? Substring(self[...].utf8.dropFirst(prefix.utf8.count)) : nil
    }

    /// The text without the given octets at its end; nil if it does not end with them.
    public func dropping(exactlyLast suffix: some StringProtocol) -> Substring? {
        ends(exactly: suffix) ? Substring(self[...].utf8.dropLast(suffix.utf8.count)) : nil
    }

    /// The text without spaces and tabs at both ends: OWS (RFC 9110, section 5.6.3).
    public func trimmingBlanks() -> Substring {
        var octets = self[...].utf8[...]
        while let first = octets.first, first == 0x20 || first == 0x09 { octets.removeFirst() }
        while let last = octets.last, last == 0x20 || last == 0x09 { octets.removeLast() }
        return Substring(octets)
    }

    /// The text without white space, Unicode's too: for what users paste or type.
    public func withoutWhiteSpace() -> String {
        String(String.UnicodeScalarView(self[...].unicodeScalars.filter { !$0.properties.isWhitespace }))
    }

    /// The text with `A`–`Z` as `a`–`z` and every other octet as it is.
    ///
    /// Unicode's mapping would also make `k` of the Kelvin sign, and two texts of one.
    public func asciiLowercased() -> String {
        String(self[...].utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
    }

    /// The text with `a`–`z` as `A`–`Z` and every other octet as it is.
    public func asciiUppercased() -> String {
        String(self[...].utf8.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 })
    }

    /// Returns true if another text has the same octets, `A`–`Z` being read as `a`–`z`.
    public func isExactly(ignoringASCIICase other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8) { one, another in
            one == another || (0x61...0x7A).contains(one | 0x20) && one | 0x20 == another | 0x20
        }
    }
}

extension String {
    fileprivate init(_ octets: [UInt8]) { self.init(decoding: octets, as: UTF8.self) }
}

extension String? {
    /// Returns true if both are the same text, octet for octet, or both are nil.
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
    /// The case whose raw value has the same octets as a text from outside; nil if there is none.
    public init?(exactly text: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.rawValue.isExactly(text) }) else { return nil }
        self = found
    }
}

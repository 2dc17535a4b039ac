public import Glibc

// Functions over borrowed bytes for parsers. Their interface is safe: ranges are checked once per call, not per byte.
extension Span where Element == UInt8 {
    /// Returns the index of the first occurrence of a byte at or after `start`; nil if there is none.
    ///
    /// - Parameter start: an index of at least 0; one beyond the end finds nothing.
    @inlinable public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0, "an index is negative")
        guard start < count else { return nil }
        // memchr(3) reads only the span's bytes from `start` on.
        return unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Returns true if another span has the same bytes.
    @inlinable public func isExactly(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        // memcmp(3) reads the bytes of both spans, which have the same number of bytes.
        return unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { others in
                guard let first = own.baseAddress, let second = others.baseAddress else { return true }
                return unsafe memcmp(first, second, own.count) == 0
            }
        }
    }

    /// Returns true if a range holds exactly the bytes of a literal.
    @inlinable public func holds(_ literal: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            // The offset is within the literal's count.
            guard unsafe self[range.lowerBound &+ offset] == literal.utf8Start[offset] else { return false }
        }
        return true
    }

    /// Returns true if a range holds the bytes of a literal, with `A`–`Z` read as `a`–`z`.
    ///
    /// - Parameter literal: a text in lower case.
    @inlinable public func holds(lowercased literal: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            // The offset is within the literal's count.
            guard unsafe ASCII.lowercased(self[range.lowerBound &+ offset]) == literal.utf8Start[offset] else {
                return false
            }
        }
        return true
    }

    /// Returns true if a range holds the name of a field in any spelling that ``FieldSpelling`` makes equal.
    ///
    /// - Parameter name: a name of lower-case letters, digits and `-`.
    @inlinable public func holds(fieldName name: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            let read = FieldSpelling.folded(self[range.lowerBound &+ offset])
            // The offset is within the name's count.
            guard unsafe read == name.utf8Start[offset] else { return false }
        }
        return true
    }

    /// Returns true if a range holds no control character other than the tab: no byte below 0x20 except 0x09, and not
    /// 0x7F. Bytes of 0x80 and above are accepted. Eight bytes are tested at a time.
    @inlinable public func holdsNoControls(in range: Range<Int>) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range is outside the span")
        let ones: UInt64 = 0x0101_0101_0101_0101
        let raw = unsafe bytes
        var index = range.lowerBound
        while index &+ 8 <= range.upperBound {
            // The word is within the range, whose end the loop condition checks.
            let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
            // Bytes below 0x20, and 0x7F, set their highest bit here; both tests also flag some valid bytes.
            let below = (word &- ones &* 0x20) & ~word
            let deletes = word ^ (ones &* 0x7F)
            if (below | ((deletes &- ones) & ~deletes)) & (ones &* 0x80) != 0 {
                for position in index..<index &+ 8 where ASCII.isControl(self[position]) { return false }
            }
            index &+= 8
        }
        while index < range.upperBound {
            if ASCII.isControl(self[index]) { return false }
            index &+= 1
        }
        return true
    }
}

extension Array where Element == UInt8 {
    /// Copies borrowed bytes into a new array.
    @inlinable public init(copying bytes: Span<UInt8>) {
        // The span is valid during the call, which copies it.
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Appends a copy of borrowed bytes.
    @inlinable public mutating func append(copying bytes: Span<UInt8>) {
        // The span is valid during the call, which copies it.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

/// The spelling of field names as applications may read them.
public enum FieldSpelling {
    /// Returns an octet of a name as it distinguishes names for every application: letters in lower case, digits, and `-`
    /// for all other octets. CGI makes `-` and `_` the same (RFC 3875, section 4.1.18), and some languages `.` too.
    @inlinable public static func folded(_ octet: UInt8) -> UInt8 {
        let lower = ASCII.lowercased(octet)
        return (0x61...0x7A).contains(lower) || (0x30...0x39).contains(lower) ? lower : 0x2D
    }
}

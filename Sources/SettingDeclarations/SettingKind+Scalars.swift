internal import JSON
internal import Text
internal import Time

extension SettingKind {
    /// A string with a conversion function.
    package static func text(
        _ noun: String, good: [String], wrong: [String] = [], pattern: String? = nil,
        _ convert: @escaping @Sendable (String) throws(SettingError) -> Value
    ) -> SettingKind {
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "string")
            if let pattern { writer.member("pattern", pattern) } else { writer.member("minLength", 1) }
        }
        return SettingKind(
            noun, good: good, wrong: ["7", "null", "\"\"", #""a\u0000b""#] + wrong, schema: schema,
            convert: { (value) throws(SettingError) -> Value in
                guard let text = value.string else { throw SettingError("must be \(noun), not \(value.kindNoun)") }
                guard !text.isEmpty else { throw SettingError("must be \(noun), not an empty string") }
                guard !text.unicodeScalars.contains(where: isControl) else {
                    throw SettingError("must be \(noun), without control characters")
                }
                return try convert(text)
            })
    }

    /// A word from a closed list.
    package static func choice(
        _ noun: String, _ words: [String], _ convert: @escaping @Sendable (String) -> Value?
    ) -> SettingKind {
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.name("enum")
            writer.beginArray()
            words.forEach { writer.string($0) }
            writer.endArray()
        }
        return SettingKind(
            "\(noun): one of \(list)", good: words.map { "\"\($0)\"" }, wrong: ["true", "\"no-such-word\""],
            schema: schema,
            convert: { (value) throws(SettingError) -> Value in
                guard let text = value.string else {
                    throw SettingError("must be one of \(list), not \(value.kindNoun)")
                }
                if let result = convert(text) { return result }
                let meant = Suggestion.nearest(to: text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
                throw SettingError("must be one of \(list), not \(quoted(text))\(meant)")
            })
    }
}

/// Returns true for a scalar of the general category Cc, whose members never change (Unicode 15, section 23.1).
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// A raw value of an enumeration.
    package static func choice(_ noun: String) -> SettingKind {
        choice(noun, Value.allCases.map(\.rawValue)) { Value(rawValue: $0) }
    }
}

extension SettingKind<String> {
    package static func text(_ noun: String, example: String) -> SettingKind {
        text(noun, good: ["\"\(example)\""]) { $0 }
    }
}

extension SettingKind<Bool> {
    package static var boolean: SettingKind {
        SettingKind(
            "true or false", good: ["true", "false"], wrong: ["0", "\"true\"", "null"],
            schema: { $0.member("type", "boolean") },
            convert: { (value) throws(SettingError) -> Bool in
                guard let boolean = value.boolean else {
                    throw SettingError("must be true or false, not \(value.kindNoun)")
                }
                return boolean
            })
    }
}

extension SettingKind<Int> {
    package static func integer(in range: ClosedRange<Int>) -> SettingKind {
        let noun = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "integer")
            writer.member("minimum", range.lowerBound)
            writer.member("maximum", range.upperBound)
        }
        let wrong = [
            "\"1\"", "1.5", "true", "\(range.lowerBound - 1)", "\(range.upperBound + 1)", "99999999999999999999",
        ]
        return SettingKind(
            noun, good: ["\(range.lowerBound)", "\(range.upperBound)"], wrong: wrong, schema: schema,
            convert: { (value) throws(SettingError) -> Int in
                guard value.kind == .number else { throw SettingError("must be \(noun), not \(value.kindNoun)") }
                guard let number = value.integer.flatMap(Int.init(exactly:)), range.contains(number) else {
                    throw SettingError("must be \(noun)")
                }
                return number
            })
    }

    /// A number of bytes.
    package static func size(in range: ClosedRange<Int>) -> SettingKind {
        let (least, most) = (ByteSize(range.lowerBound), ByteSize(range.upperBound))
        let noun = "a size such as 512KiB, 64MiB or 1GiB, from \(least) to \(most)"
        return text(
            noun, good: ["\"\(least)\"", "\"\(most)\""],
            wrong: ["\"1 GiB\"", "\"1GB\"", "\"-1MiB\"", "\"0B\"", "\"9999TiB\""], pattern: "^[0-9]{1,12}([KMGT]i)?B$"
        ) { (text) throws(SettingError) -> Int in
            guard let size = ByteSize(text), range.contains(size.bytes) else { throw SettingError("must be \(noun)") }
            return size.bytes
        }
    }
}

extension SettingKind<Double> {
    /// A number that may have a fraction.
    package static func number(in range: ClosedRange<Int>) -> SettingKind {
        let noun = "a number from \(range.lowerBound) to \(range.upperBound)"
        let schema: @Sendable (inout JSONWriter) -> Void = { writer in
            writer.member("type", "number")
            writer.member("minimum", range.lowerBound)
            writer.member("maximum", range.upperBound)
        }
        return SettingKind(
            noun, good: ["0.5", "\(range.lowerBound)", "\(range.upperBound)"],
            wrong: ["\"0.5\"", "true", "null", "\(range.lowerBound - 1)", "\(range.upperBound).01", "1e999"],
            schema: schema,
            convert: { (value) throws(SettingError) -> Double in
                guard value.kind == .number else { throw SettingError("must be \(noun), not \(value.kindNoun)") }
                guard let number = value.double, number >= Double(range.lowerBound), number <= Double(range.upperBound)
                else { throw SettingError("must be \(noun)") }
                return number
            })
    }
}

extension SettingKind<Duration> {
    package static func duration(in range: ClosedRange<Duration>) -> SettingKind {
        let (least, most) = (range.lowerBound.configurationText, range.upperBound.configurationText)
        let noun = "a duration such as 90s, 15m, 8h or 7d, from \(least) to \(most)"
        return text(
            noun, good: ["\"\(least)\"", "\"\(most)\""],
            wrong: ["\"90\"", "\"1.5h\"", "\"-1s\"", "\"1 h\"", "\"1w\"", "\"37000d\"", "\"99999999999d\""],
            pattern: "^[0-9]{1,10}[smhd]$"
        ) { (text) throws(SettingError) -> Duration in
            guard let duration = Duration(configuration: text), range.contains(duration) else {
                throw SettingError("must be \(noun)")
            }
            return duration
        }
    }
}

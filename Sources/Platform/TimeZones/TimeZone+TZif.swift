/// A file of the database that breaks the format. Texts say what is wrong.
struct ZoneFileError: Error, Hashable {
    let text: String

    init(_ text: String) { self.text = text }
}

extension TimeZone {
    /// Parses the content of a file in the TZif format, version 2 or later (RFC 9636, section 3).
    ///
    /// Leap seconds are refused: timestamps do not count them.
    init(name: String, tzif bytes: [UInt8]) throws(ZoneFileError) {
        var reader = Reader(bytes: bytes)
        // The first block is for readers of version 1.
        let old = try reader.header()
        try reader.skip(old.size(ofTime: 4))
        let header = try reader.header()
        guard header.leaps == 0 else { throw ZoneFileError("it counts leap seconds") }
        guard 1...255 ~= header.types, header.times <= 10_000, header.characters > 0 else {
            throw ZoneFileError("its header is not valid")
        }
        var times: [Int64] = []
        for _ in 0..<header.times { times.append(Int64(bitPattern: try reader.integer(8))) }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw ZoneFileError("its transitions are not in order")
        }
        let indices = try reader.take(header.times)
        var types: [(seconds: Int, name: Int)] = []
        for _ in 0..<header.types {
            let seconds = Int(Int32(bitPattern: UInt32(try reader.integer(4))))
            _ = try reader.integer(1)
            types.append((seconds, Int(try reader.integer(1))))
        }
        let characters = try reader.take(header.characters)
        try reader.skip(header.standards + header.universals)
        var offsets: [Offset] = []
        for type in types {
            guard abs(type.seconds) < 26 * 3600, type.name < characters.count else {
                throw ZoneFileError("a local time type is not valid")
            }
            let name = characters.dropFirst(type.name).prefix { $0 != 0 }
            offsets.append(Offset(seconds: type.seconds, abbreviation: String(decoding: name, as: UTF8.self)))
        }
        guard indices.allSatisfy({ Int($0) < offsets.count }) else {
            throw ZoneFileError("a transition has an unknown type")
        }
        let footer = try reader.footer()
        let rule = ZoneRule(footer)
        guard footer.isEmpty || rule != nil else { throw ZoneFileError("its footer is not valid") }
        self.init(
            name: name, first: offsets[0],
            transitions: zip(times, indices).map { Transition(at: $0, offset: offsets[Int($1)]) }, rule: rule)
    }

    private struct Header {
        let universals, standards, leaps, times, types, characters: Int

        func size(ofTime bytes: Int) -> Int {
            times * bytes + times + types * 6 + characters + leaps * (bytes + 4) + standards + universals
        }
    }

    private struct Reader {
        private var rest: ArraySlice<UInt8>

        init(bytes: [UInt8]) { rest = bytes[...] }

        mutating func take(_ count: Int) throws(ZoneFileError) -> ArraySlice<UInt8> {
            guard count <= rest.count else { throw ZoneFileError("it ends too early") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func skip(_ count: Int) throws(ZoneFileError) { _ = try take(count) }

        /// Takes a big-endian number.
        mutating func integer(_ bytes: Int) throws(ZoneFileError) -> UInt64 {
            try take(bytes).reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func header() throws(ZoneFileError) -> Header {
            guard try Array(take(4)) == Array("TZif".utf8) else { throw ZoneFileError("it is not in the TZif format") }
            guard try take(1).first.map({ $0 >= UInt8(ascii: "2") }) == true else {
                throw ZoneFileError("its format is older than version 2")
            }
            try skip(15)
            var counts: [Int] = []
            for _ in 0..<6 { counts.append(Int(try integer(4))) }
            return Header(
                universals: counts[0], standards: counts[1], leaps: counts[2], times: counts[3], types: counts[4],
                characters: counts[5])
        }

        /// Takes the rest: a line between two line feeds.
        mutating func footer() throws(ZoneFileError) -> [UInt8] {
            guard rest.count >= 2, rest.first == 0x0A, rest.last == 0x0A else {
                throw ZoneFileError("its footer is missing")
            }
            return Array(rest.dropFirst().dropLast())
        }
    }
}

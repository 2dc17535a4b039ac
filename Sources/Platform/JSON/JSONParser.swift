/// The parser that fills the table of a ``JSONDocument``.
struct JSONParser {
    let dialect: JSONDialect
    let maximumDepth: Int
    var nodes: [JSONNode] = []
    var duplicateNames: [Int] = []
    var index = 0
    private let selection: JSONSelection
    private let maximumNodes: Int
    private var depth = 0
    /// True inside a value that is checked but not kept.
    private var isLeftOut = false

    init(
        dialect: JSONDialect, maximumDepth: Int, selection: JSONSelection = .everything, maximumNodes: Int = .max,
        capacity: Int
    ) {
        self.dialect = dialect
        self.maximumDepth = maximumDepth
        self.selection = selection
        self.maximumNodes = maximumNodes
        if case .outermost = selection {
            isLeftOut = true
        } else {
            nodes.reserveCapacity(min(capacity, maximumNodes))
        }
    }

    /// `JSON-text = ws value ws` (RFC 8259, section 2).
    mutating func parse(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
            throw JSONSyntaxError(reason: .byteOrderMark, offset: 0)
        }
        try skipWhitespace(text)
        guard index < text.count else { throw fault(.empty) }
        try parseValue(text)
        try skipWhitespace(text)
        guard index == text.count else { throw unexpected(.trailingContent, text) }
    }

    func fault(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: index)
    }

    private mutating func parseValue(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        guard index < text.count else { throw fault(.unexpectedEnd) }
        switch text[index] {
        case UInt8(ascii: "\""): try parseString(text)
        case UInt8(ascii: "{"): try parseObject(text)
        case UInt8(ascii: "["): try parseArray(text)
        case UInt8(ascii: "-"), 0x30...0x39: try parseNumber(text)
        case UInt8(ascii: "t"): try parseLiteral("true", .true, text)
        case UInt8(ascii: "f"): try parseLiteral("false", .false, text)
        case UInt8(ascii: "n"): try parseLiteral("null", .null, text)
        default: throw unexpected(.expectedValue, text)
        }
    }

    private mutating func parseLiteral(
        _ literal: StaticString, _ kind: JSONNodeKind, _ text: Span<UInt8>
    ) throws(JSONSyntaxError) {
        let length = literal.utf8CodeUnitCount
        guard index + length <= text.count else { throw fault(.invalidLiteral) }
        for position in 0..<length {
            // The index is within the literal's count; a StaticString of ASCII has a pointer.
            guard unsafe text[index + position] == literal.utf8Start[position] else { throw fault(.invalidLiteral) }
        }
        try open(kind)
        index += length
        close(nodes.count - 1)
    }

    /// `object = begin-object [ member *( value-separator member ) ] end-object` (RFC 8259, section 4).
    private mutating func parseObject(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let node = nodes.count
        try enter(.object)
        var members = 0
        while true {
            try skipWhitespace(text)
            guard index < text.count else { throw unclosed(node) }
            if text[index] == UInt8(ascii: "}"), members == 0 || dialect == .configuration { break }
            guard text[index] == UInt8(ascii: "\"") else { throw unexpected(.expectedName, text) }
            try parseString(text)
            let name = nodes[nodes.count - 1]
            try skipWhitespace(text)
            guard index < text.count else { throw fault(.unexpectedEnd) }
            guard text[index] == UInt8(ascii: ":") else { throw unexpected(.expectedColon, text) }
            index += 1
            try skipWhitespace(text)
            try parseMember(name, text)
            members += 1
            guard try continues(node, until: UInt8(ascii: "}"), text) else { break }
        }
        leave(node)
        try checkNames(of: node, count: members, in: text)
    }

    /// Parses a member's value. If the selection leaves it out, the nodes inside it are dropped after the check.
    private mutating func parseMember(_ name: JSONNode, _ text: Span<UInt8>) throws(JSONSyntaxError) {
        let wasLeftOut = isLeftOut
        if !wasLeftOut {
            let written = text.extracting(Int(name.start) + 1..<Int(name.end) - 1)
            isLeftOut = selection.leavesOut({ unescaped(name, in: text) }, written, hasEscapes: name.hasEscapes)
        }
        defer { isLeftOut = wasLeftOut }
        let value = nodes.count
        try parseValue(text)
        guard isLeftOut else { return }
        nodes.removeLast(nodes.count - value - 1)
        nodes[value].next = UInt32(nodes.count)
    }

    /// `array = begin-array [ value *( value-separator value ) ] end-array` (RFC 8259, section 5).
    private mutating func parseArray(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let node = nodes.count
        try enter(.array)
        var isEmpty = true
        while true {
            try skipWhitespace(text)
            guard index < text.count else { throw unclosed(node) }
            if text[index] == UInt8(ascii: "]"), isEmpty || dialect == .configuration { break }
            try parseValue(text)
            if isLeftOut { nodes.removeLast(nodes.count - node - 1) }
            isEmpty = false
            guard try continues(node, until: UInt8(ascii: "]"), text) else { break }
        }
        leave(node)
    }

    /// Continues after an element: returns true after a comma, false at the closing bracket.
    private mutating func continues(
        _ node: Int, until bracket: UInt8, _ text: Span<UInt8>
    ) throws(JSONSyntaxError) -> Bool {
        try skipWhitespace(text)
        guard index < text.count else { throw unclosed(node) }
        if text[index] == bracket { return false }
        guard text[index] == UInt8(ascii: ",") else {
            throw unexpected(nodes[node].kind == .object ? .expectedCommaOrBrace : .expectedCommaOrBracket, text)
        }
        index += 1
        return true
    }

    private mutating func enter(_ kind: JSONNodeKind) throws(JSONSyntaxError) {
        guard depth < maximumDepth else { throw fault(.tooDeep) }
        depth += 1
        try open(kind)
        index += 1
    }

    private mutating func leave(_ node: Int) {
        index += 1
        depth -= 1
        close(node)
    }

    mutating func open(_ kind: JSONNodeKind) throws(JSONSyntaxError) {
        guard nodes.count < maximumNodes else { throw fault(.tooLarge) }
        nodes.append(JSONNode(kind: kind, start: UInt32(index)))
    }

    mutating func close(_ node: Int) {
        nodes[node].end = UInt32(index)
        nodes[node].next = UInt32(nodes.count)
    }

    /// `ws = *( %x20 / %x09 / %x0A / %x0D )`; in configuration also comments.
    private mutating func skipWhitespace(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        while index < text.count {
            switch text[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case UInt8(ascii: "/") where dialect == .configuration: try skipComment(text)
            default: return
            }
        }
    }

    private mutating func skipComment(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        guard index + 1 < text.count else { throw fault(.invalidComment) }
        let start = index
        switch text[index + 1] {
        case UInt8(ascii: "/"):
            while index < text.count, text[index] != UInt8(ascii: "\n") { try skipScalar(text) }
        case UInt8(ascii: "*"):
            index += 2
            while index + 1 < text.count {
                if text[index] == UInt8(ascii: "*"), text[index + 1] == UInt8(ascii: "/") {
                    index += 2
                    return
                }
                try skipScalar(text)
            }
            throw JSONSyntaxError(reason: .unterminatedComment, offset: start)
        default:
            throw fault(.invalidComment)
        }
    }

    /// Refuses the text if the object at `node` has a duplicate name, or collects the later name's offset.
    private mutating func checkNames(of node: Int, count: Int, in text: Span<UInt8>) throws(JSONSyntaxError) {
        guard count > 1 else { return }
        // For few names, pairwise comparison costs less than hashing.
        if count <= 24 {
            var later = Int(nodes[node + 1].next)
            later = Int(nodes[later].next)
            for position in 1..<count {
                var earlier = node + 1
                for _ in 0..<position {
                    if sameName(nodes[earlier], nodes[later], in: text) {
                        try duplicate(at: Int(nodes[later].start))
                        break
                    }
                    earlier = Int(nodes[Int(nodes[earlier].next)].next)
                }
                later = Int(nodes[Int(nodes[later].next)].next)
            }
        } else {
            try checkManyNames(of: node, count: count, in: text)
        }
    }

    /// Compares names by seeded hashes, sixteen bytes per name, which is less memory than the table's nodes.
    private mutating func checkManyNames(
        of node: Int, count: Int, in text: Span<UInt8>
    ) throws(JSONSyntaxError) {
        var names: [(hash: Int, node: Int)] = []
        names.reserveCapacity(count)
        var name = node + 1
        for _ in 0..<count {
            names.append((hash(nodes[name], in: text), name))
            name = Int(nodes[Int(nodes[name].next)].next)
        }
        names.sort { $0 < $1 }
        var offsets: [Int] = []
        for later in names.indices.dropFirst() where names[later - 1].hash == names[later].hash {
            var earlier = later - 1
            while earlier >= 0, names[earlier].hash == names[later].hash {
                if sameName(nodes[names[earlier].node], nodes[names[later].node], in: text) {
                    offsets.append(Int(nodes[names[later].node].start))
                    break
                }
                earlier -= 1
            }
        }
        for offset in offsets.sorted() { try duplicate(at: offset) }
    }

    private func hash(_ name: JSONNode, in text: Span<UInt8>) -> Int {
        var hasher = Hasher()
        if name.hasEscapes {
            combine(unescaped(name, in: text).span, into: &hasher)
        } else {
            combine(text.extracting(Int(name.start) + 1..<Int(name.end) - 1), into: &hasher)
        }
        return hasher.finalize()
    }

    private func combine(_ bytes: Span<UInt8>, into hasher: inout Hasher) {
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 { hasher.combine(word) }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
    }

    private mutating func duplicate(at offset: Int) throws(JSONSyntaxError) {
        guard dialect == .configuration else { throw JSONSyntaxError(reason: .duplicateName, offset: offset) }
        duplicateNames.append(offset)
    }

    private func sameName(_ a: JSONNode, _ b: JSONNode, in text: Span<UInt8>) -> Bool {
        if a.hasEscapes || b.hasEscapes { return unescaped(a, in: text) == unescaped(b, in: text) }
        guard a.end &- a.start == b.end &- b.start else { return false }
        for offset in 1..<(a.end &- a.start) where text[Int(a.start &+ offset)] != text[Int(b.start &+ offset)] {
            return false
        }
        return true
    }
}

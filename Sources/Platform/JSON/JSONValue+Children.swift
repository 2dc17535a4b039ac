/// A name and its value in an object.
public struct JSONMember: Sendable {
    public let name: String
    /// Offset of the name's opening quotation mark, in bytes.
    public let nameOffset: Int
    public let value: JSONValue
}

extension JSONValue {
    /// Returns the value of an object's member. Returns nil if there is none, or if this is not an object. If a
    /// configuration file has the name twice, the first member counts.
    public func member(_ name: String) -> JSONValue? {
        guard node.kind == .object else { return nil }
        let nodes = storage.nodes
        let end = Int(node.next)
        var child = index + 1
        let wanted = name.utf8Span.span
        while child < end {
            let candidate = nodes[child]
            let value = Int(candidate.next)
            let isWanted =
                candidate.hasEscapes
                ? unescapedContent(of: candidate).elementsEqual(name.utf8)
                : storage.content(of: candidate, equals: wanted)
            if isWanted { return JSONValue(storage: storage, index: value) }
            child = Int(nodes[value].next)
        }
        return nil
    }

    /// An object's members in document order; empty for any other value.
    public var members: JSONMembers {
        JSONMembers(values: JSONSiblings(storage: storage, position: index + 1, end: node.kind == .object ? end : 0))
    }

    /// An array's elements in document order; empty for any other value.
    public var elements: JSONSiblings {
        JSONSiblings(storage: storage, position: index + 1, end: node.kind == .array ? end : 0)
    }

    /// Number of members or elements; counting takes linear time.
    public var count: Int {
        switch node.kind {
        case .object: members.reduce(0) { count, _ in count + 1 }
        case .array: elements.reduce(0) { count, _ in count + 1 }
        default: 0
        }
    }

    private var end: Int { Int(node.next) }
}

/// A sequence of sibling values.
public struct JSONSiblings: Sequence, IteratorProtocol, Sendable {
    let storage: JSONStorage
    var position: Int
    let end: Int

    public mutating func next() -> JSONValue? {
        guard position < end else { return nil }
        let value = JSONValue(storage: storage, index: position)
        position = Int(storage.nodes[position].next)
        return value
    }
}

/// The members of an object.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    var values: JSONSiblings

    public mutating func next() -> JSONMember? {
        guard let name = values.next(), let value = values.next() else { return nil }
        return JSONMember(name: name.string ?? "", nameOffset: name.offset, value: value)
    }
}

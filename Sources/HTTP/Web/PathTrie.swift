internal import Text

/// The look-up of a path among templates, by a trie over segments. A literal comes before a variable. Segments are
/// compared by octets.
public struct PathTrie: Sendable {
    /// Two templates that differ only in the name of a variable, so that a path would have both.
    public struct AmbiguityError: Error, Equatable {
        /// The template that was added last.
        public let template: String
    }

    private struct Node {
        var literals: [(octets: [UInt8], node: Int)] = []
        var variable: (name: String, node: Int)?
        var template: Int?

        /// The node behind a literal with the octets of a segment; nil if there is none.
        func next(_ segment: ArraySlice<UInt8>) -> Int? {
            for literal in literals where literal.octets.count == segment.count {
                if literal.octets.elementsEqual(segment) { return literal.node }
            }
            return nil
        }
    }

    /// The root is the first node.
    private var nodes = [Node()]
    private var count = 0

    public init() {}

    /// Adds a template and returns its number: the templates are numbered from zero. A template that was added before
    /// keeps its number.
    public mutating func insert(_ template: PathTemplate) throws(AmbiguityError) -> Int {
        var place = 0
        for segment in template.segments {
            let known: Int?
            switch segment {
            case .literal(let text): known = nodes[place].next(Array(text.utf8)[...])
            case .variable(let name):
                guard nodes[place].variable.map({ $0.name.isExactly(name) }) ?? true else {
                    throw AmbiguityError(template: template.text)
                }
                known = nodes[place].variable?.node
            }
            if let known {
                place = known
                continue
            }
            let new = nodes.count
            nodes.append(Node())
            switch segment {
            case .literal(let text): nodes[place].literals.append((Array(text.utf8), new))
            case .variable(let name): nodes[place].variable = (name, new)
            }
            place = new
        }
        if let number = nodes[place].template { return number }
        nodes[place].template = count
        count += 1
        return count - 1
    }

    /// The number of the template that a path matches; nil if there is none. A trailing slash makes a different path.
    public func template(of path: RequestPath) -> Int? { template(of: path.segments, from: 0, below: 0) }

    private func template(of segments: [ArraySlice<UInt8>], from index: Int, below node: Int) -> Int? {
        guard index < segments.count else { return nodes[node].template }
        if let literal = nodes[node].next(segments[index]),
            let found = template(of: segments, from: index + 1, below: literal)
        {
            return found
        }
        guard let variable = nodes[node].variable?.node else { return nil }
        return template(of: segments, from: index + 1, below: variable)
    }
}

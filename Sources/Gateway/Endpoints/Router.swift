internal import HTTPMessage
internal import Text
internal import Web

/// The look-up of a path in the table of all endpoints, by a trie over segments that is built at start. A literal comes
/// before a variable. Segments are compared by octets.
final class Router: Sendable {
    /// A fault of the table of endpoints.
    enum TableError: Error, Equatable {
        /// Two endpoints have the same name.
        case repeatedName(String)
        /// Two endpoints have the same method and path.
        case repeatedMethod(path: String)
        /// The endpoints of one path are for different audiences.
        case severalKinds(path: String)
        /// Two paths name one variable differently, so that a path would have two templates.
        case severalNames(path: String)
    }

    private struct Node {
        var literals: [(text: String, node: Int)] = []
        var variable: (name: String, node: Int)?
        var resource: Resource?
    }

    /// All paths, in the order of their first endpoint.
    let resources: [Resource]
    /// The trie; the root is the first node.
    private let nodes: [Node]

    /// - Parameter endpoints: the combined table.
    init(_ endpoints: [Endpoint]) throws(TableError) {
        var names: Set<ExactText> = []
        var nodes = [Node()]
        var places: [Int] = []
        var found: [Int: [Endpoint]] = [:]
        for endpoint in endpoints {
            guard names.insert(ExactText(endpoint.name)).inserted else { throw .repeatedName(endpoint.name) }
            let place = try Router.place(of: endpoint.path, in: &nodes)
            let others = found[place] ?? []
            if others.isEmpty { places.append(place) }
            guard others.allSatisfy({ $0.method != endpoint.method }) else {
                throw .repeatedMethod(path: endpoint.path.text)
            }
            guard others.allSatisfy({ $0.kind == endpoint.kind }) else {
                throw .severalKinds(path: endpoint.path.text)
            }
            found[place] = others + [endpoint]
        }
        var resources: [Resource] = []
        for place in places {
            guard let endpoints = found[place], let first = endpoints.first else { continue }
            let resource = Resource(first.path, first.kind, endpoints)
            nodes[place].resource = resource
            resources.append(resource)
        }
        self.resources = resources
        self.nodes = nodes
    }

    /// The node of a path, which is added if it is missing.
    private static func place(of path: PathTemplate, in nodes: inout [Node]) throws(TableError) -> Int {
        var place = 0
        for segment in path.segments {
            switch segment {
            case .literal(let text):
                if let next = nodes[place].literals.first(where: { $0.text.isExactly(text) }) {
                    place = next.node
                } else {
                    nodes.append(Node())
                    nodes[place].literals.append((text, nodes.count - 1))
                    place = nodes.count - 1
                }
            case .variable(let name):
                if let next = nodes[place].variable {
                    guard next.name.isExactly(name) else { throw .severalNames(path: path.text) }
                    place = next.node
                } else {
                    nodes.append(Node())
                    nodes[place].variable = (name, nodes.count - 1)
                    place = nodes.count - 1
                }
            }
        }
        return place
    }

    /// The resource at a path; nil if there is none. A trailing slash makes a different path.
    ///
    /// - Parameter segments: the decoded segments of the path (`["api", "v1", "me"]`).
    func resource(at segments: [String]) -> Resource? { resource(at: segments, from: 0, below: 0) }

    private func resource(at segments: [String], from index: Int, below node: Int) -> Resource? {
        guard index < segments.count else { return nodes[node].resource }
        let segment = segments[index]
        for literal in nodes[node].literals where literal.text.isExactly(segment) {
            if let found = resource(at: segments, from: index + 1, below: literal.node) { return found }
        }
        guard let variable = nodes[node].variable else { return nil }
        return resource(at: segments, from: index + 1, below: variable.node)
    }
}

internal import Text
package import Web

/// The look-up of a request's path in the combined table of endpoints, which is built at start.
package final class Router: Sendable {
    /// A fault of the table of endpoints.
    package enum TableError: Error, Equatable {
        /// Two endpoints have the same name.
        case repeatedName(String)
        /// Two endpoints have the same method and path.
        case repeatedMethod(path: String)
        /// The endpoints of one path are for different audiences.
        case severalKinds(path: String)
        /// Two paths differ only in the name of a variable.
        case severalNames(path: String)
    }

    /// All paths, in the order of their first endpoint.
    package let resources: [Resource]
    /// The paths; a path's number is the index of its resource.
    private let trie: PathTrie

    /// - Parameter endpoints: the combined table.
    package init(_ endpoints: [Endpoint]) throws(TableError) {
        var names: Set<ExactText> = []
        var trie = PathTrie()
        var found: [[Endpoint]] = []
        for endpoint in endpoints {
            guard names.insert(ExactText(endpoint.name)).inserted else { throw .repeatedName(endpoint.name) }
            let number: Int
            do throws(PathTrie.AmbiguityError) {
                number = try trie.insert(endpoint.path)
            } catch {
                throw .severalNames(path: error.template)
            }
            if number == found.count { found.append([]) }
            guard found[number].allSatisfy({ $0.method != endpoint.method }) else {
                throw .repeatedMethod(path: endpoint.path.text)
            }
            guard found[number].allSatisfy({ $0.kind == endpoint.kind }) else {
                throw .severalKinds(path: endpoint.path.text)
            }
            found[number].append(endpoint)
        }
        self.trie = trie
        resources = found.map { Resource($0[0].path, $0[0].kind, $0) }
    }

    /// The resource at a path; nil if there is none.
    package func resource(at path: RequestPath) -> Resource? { trie.template(of: path).map { resources[$0] } }
}

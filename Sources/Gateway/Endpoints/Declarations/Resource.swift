package import HTTPMessage
package import Web

/// A path with the endpoints of its methods.
package final class Resource: Sendable {
    package let path: PathTemplate
    package let kind: Endpoint.Kind
    /// The endpoints, in the order of their declaration.
    package let endpoints: [Endpoint]
    /// The value of the `Allow` field: the methods of the endpoints, `HEAD` if there is `GET`, and `OPTIONS`.
    package let allow: String

    package init(_ path: PathTemplate, _ kind: Endpoint.Kind, _ endpoints: [Endpoint]) {
        self.path = path
        self.kind = kind
        self.endpoints = endpoints
        var methods: Set<Method> = [.options]
        for endpoint in endpoints {
            methods.insert(endpoint.method)
            if endpoint.method == .get { methods.insert(.head) }
        }
        allow = Method.allCases.filter(methods.contains).map(\.rawValue).joined(separator: ", ")
    }

    /// The endpoint of a method; nil if the path does not allow it. `HEAD` is served by the endpoint of `GET`.
    package func endpoint(for method: Method) -> Endpoint? {
        let served = method == .head ? .get : method
        return endpoints.first { $0.method == served }
    }
}

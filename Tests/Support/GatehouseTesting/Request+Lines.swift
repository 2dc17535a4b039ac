public import HTTPMessage

extension Request {
    /// Reads a request without content.
    ///
    /// - Parameter fields: field lines, such as `Accept: text/html`.
    public init(_ method: String, _ path: String, host: String = "access.example", fields: [String] = []) throws {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"] + fields + ["", ""]
        var parser = RequestParser()
        guard let request = try parser.parse(Array(lines.joined(separator: "\r\n").utf8).span) else {
            throw IncompleteError(path: path)
        }
        self = request
    }

    /// A test's field lines that end the request too early.
    public struct IncompleteError: Error {
        let path: String
    }
}

/// The cookies of one browser.
public struct CookieJar: Sendable {
    /// The values by name.
    public private(set) var values: [String: String] = [:]

    public init() {}

    public subscript(_ name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// The field lines of a request with these cookies; empty if there are none.
    public var fields: [String] {
        values.isEmpty ? [] : ["Cookie: " + values.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")]
    }

    /// Keeps and deletes cookies as a response says.
    ///
    /// - Parameter lines: values of `Set-Cookie`.
    public mutating func take(_ lines: [String]) {
        for line in lines {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(pair[0])] = line.contains("Max-Age=0") ? nil : String(pair[1])
        }
    }
}

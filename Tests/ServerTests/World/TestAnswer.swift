import HTTPMessage
import JSON

/// The gateway's answer to a request.
struct TestAnswer {
    /// The response; nil if it needs work that was not performed.
    let response: Response?
    /// The longest content that the work for the response reads, in bytes; nil if the response needed no work.
    let contentLimit: Int?

    /// Whether the request reached work that waits for the store.
    var isWork: Bool { contentLimit != nil }
    /// The status; 0 if there is no response.
    var status: Int { response?.status.code ?? 0 }
    var body: String {
        guard case .bytes(let bytes) = response?.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
    var json: JSONValue? { try? JSONDocument(parsing: Array(body.utf8)).root }
    var code: String? { text("code") }
    var items: [JSONValue] { json?.member("items").map { Array($0.elements) } ?? [] }

    func text(_ name: String) -> String? { json?.member(name)?.string }
    func field(_ name: String) -> String? {
        FieldName(name).flatMap { response?.fields.value($0) }
    }

    var location: String? { field("Location") }
    var setCookies: [String] {
        let lines = (response?.fields.bytes ?? []).split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        return lines.filter { $0.hasPrefix("Set-Cookie: ") }.map { String($0.dropFirst(12).dropLast()) }
    }
}

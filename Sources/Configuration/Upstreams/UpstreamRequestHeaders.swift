internal import HTTPMessage
internal import JSON
internal import SettingDeclarations
internal import Text
internal import Upstreams

/// Fields that are added to each request to an upstream.
struct UpstreamRequestHeaders: Sendable {
    let fields: [(name: String, value: String)]

    /// Names that concern one connection, or that frame or describe a message; in lower case. `Authorization` and
    /// `Cookie` would be secrets in plain sight.
    private static let reserved = [
        "authorization", "connection", "content-length", "content-encoding", "content-type", "cookie", "expect", "host",
        "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Returns the name as applications may read it: without regard to case, and with `_` read as `-` (RFC 3875, section
    /// 4.1.18, makes both the same variable).
    static func folded(_ name: String) -> String {
        String(decoding: name.asciiLowercased().utf8.map { $0 == 0x5F ? 0x2D : $0 }, as: UTF8.self)
    }

    static func isReserved(_ name: String) -> Bool {
        let name = folded(name)
        return ReservedFields.areOfGateway(name) || reserved.contains(exactly: name) || name.starts(exactly: "proxy-")
    }
}

extension SettingKind<UpstreamRequestHeaders> {
    static var requestHeaders: SettingKind {
        let noun = "an object of field names and values"
        return SettingKind(
            noun, good: ["{\"X-Tenant\": \"acme\"}", "{}"],
            wrong: [
                "[]", "\"a=b\"", "{\"a\": 1}", "{\"a b\": \"x\"}", "{\"\": \"x\"}", #"{"a": "x\r\ny"}"#,
                "{\"a\": \"é\"}",
                "{\"x_forwarded_user\": \"x\"}", "{\"X-Gatehouse-Any\": \"x\"}", "{\"Host\": \"x\"}",
                "{\"A-b\": \"x\", \"a_B\": \"y\"}", "{\"a\": \" x\"}",
            ],
            schema: { writer in
                writer.member("type", "object")
                writer.name("additionalProperties")
                writer.beginObject()
                writer.member("type", "string")
                writer.endObject()
            }
        ) { value, path, reader in
            guard value.kind == .object else {
                reader.fault(at: value, path, "must be \(noun), not \(value.kindNoun)")
                return nil
            }
            var fields: [(name: String, value: String)] = []
            var seen: Set<ExactText> = []
            for member in value.members where !reader.isFull {
                let place = path.member(member.name)
                if let fault = fault(of: member.name) {
                    reader.fault(at: member.nameOffset, place, fault)
                } else if !seen.insert(ExactText(UpstreamRequestHeaders.folded(member.name))).inserted {
                    reader.fault(at: member.nameOffset, place, "is already in the object, in another spelling")
                } else if let text = member.value.string, isFieldValue(text) {
                    fields.append((member.name, text))
                } else {
                    reader.fault(
                        at: member.value, place, "must be a string of printable ASCII, without spaces at its ends")
                }
            }
            return UpstreamRequestHeaders(fields: fields)
        }
    }

    private static func fault(of name: String) -> String? {
        guard FieldName(name) != nil else { return "is not the name of a field" }
        guard UpstreamRequestHeaders.isReserved(name) else { return nil }
        return "is set or removed by the gateway itself, or a secret, and cannot be set here"
    }

    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.utf8.first != 0x20 && text.utf8.last != 0x20
    }
}

public import Cryptography
public import DemoProvider
public import HTTPClient
internal import HTTPMessage
internal import JSON

extension DemoProvider {
    /// Returns a response of the token endpoint with another ID token.
    ///
    /// - Parameters:
    ///   - key: the key that signs the token in place of the provider's.
    ///   - header: the token's header; with it alone, the signature is empty.
    ///   - without: claims to remove.
    ///   - changes: claims to set, as JSON.
    public func reissue(
        _ response: OutboundResponse, key: SigningKey? = nil, header: String? = nil, without: Set<String> = [],
        _ changes: [String: String] = [:]
    ) -> OutboundResponse {
        guard let root = try? JSONDocument(parsing: response.body).root, let token = root.member("id_token")?.string,
            let payload = Base64URL.decode(String(token.split(separator: ".")[1])),
            let claims = try? JSONDocument(parsing: payload).root
        else { return response }
        var writer = JSONWriter()
        writer.beginObject()
        for member in claims.members where changes[member.name] == nil && !without.contains(member.name) {
            writer.name(member.name)
            writer.value(member.value)
        }
        for (name, json) in changes {
            writer.name(name)
            writer.raw(Array(json.utf8))
        }
        writer.endObject()
        var signed = (try? sign(writer.bytes)) ?? ""
        if key != nil || header != nil {
            let parts =
                Base64URL.encode(Array((header ?? "{\"alg\":\"ES256\",\"kid\":\"k\"}").utf8)) + "."
                + Base64URL.encode(writer.bytes)
            let signature = key.flatMap { try? $0.sign(Array(parts.utf8), .es256) } ?? []
            signed = parts + "." + Base64URL.encode(signature)
        }
        var answer = JSONWriter()
        answer.beginObject()
        for member in root.members {
            if member.name == "id_token" {
                answer.member("id_token", signed)
            } else {
                answer.name(member.name)
                answer.value(member.value)
            }
        }
        answer.endObject()
        return OutboundResponse(.ok, body: answer.bytes)
    }
}

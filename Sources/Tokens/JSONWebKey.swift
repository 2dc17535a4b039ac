internal import Cryptography
internal import JSON
internal import Text

/// The reason why a JWK cannot be used.
struct JSONWebKeyError: Error, CustomStringConvertible {
    let description: String
}

extension KeySet.Key {
    /// Reads a public verification key from a JWK (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2).
    init(jwk: JSONValue) throws(JSONWebKeyError) {
        guard jwk.kind == .object else { throw JSONWebKeyError(description: "a key must be an object") }
        // Some servers write null in place of an absent member.
        func member(_ name: String) -> JSONValue? { jwk.member(name).flatMap { $0.isNull ? nil : $0 } }
        func text(_ name: String) throws(JSONWebKeyError) -> String? {
            guard let value = member(name) else { return nil }
            guard let text = value.string else { throw JSONWebKeyError(description: "\"\(name)\" must be a string") }
            return text
        }
        func bytes(_ name: String) throws(JSONWebKeyError) -> [UInt8] {
            guard let text = try text(name) else { throw JSONWebKeyError(description: "\"\(name)\" is missing") }
            guard let bytes = Base64URL.decode(text), !bytes.isEmpty else {
                throw JSONWebKeyError(description: "\"\(name)\" is not base64url without padding")
            }
            return bytes
        }
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where member(name) != nil {
            throw JSONWebKeyError(description: "this is a private or symmetric key; only public keys are accepted")
        }
        if let use = try text("use"), !use.isExactly("sig") {
            throw JSONWebKeyError(description: "\"use\" is not \"sig\"")
        }
        if let operations = member("key_ops") {
            guard operations.elements.contains(where: { $0.equals("verify") }) else {
                throw JSONWebKeyError(description: "\"key_ops\" does not list \"verify\"")
            }
        }
        let id = try text("kid")
        let algorithm = try text("alg")
        let type = try text("kty") ?? ""
        let curve = try text("crv") ?? ""
        do {
            let key: VerificationKey
            switch (ExactText(type), ExactText(curve)) {
            case ("RSA", ""):
                key = try VerificationKey(rsaModulus: bytes("n"), exponent: bytes("e"))
            case ("EC", _):
                guard let kind = KeyKind(exactly: curve), kind.coordinateLength != nil else {
                    throw JSONWebKeyError(description: "\"crv\" is not P-256, P-384 or P-521")
                }
                key = try VerificationKey(curve: kind, x: bytes("x"), y: bytes("y"))
            case ("OKP", "Ed25519"): key = try VerificationKey(ed25519: bytes("x"))
            default: throw JSONWebKeyError(description: "keys with this \"kty\" and \"crv\" are not supported")
            }
            self.init(id: id, key: key, algorithm: algorithm)
        } catch let error as JSONWebKeyError {
            throw error
        } catch {
            throw JSONWebKeyError(description: "\(error)")
        }
    }
}

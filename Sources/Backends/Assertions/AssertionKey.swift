internal import Cryptography
internal import JSON
internal import Text
internal import Time

/// A key that signs assertions, ES256 (RFC 7518, section 3.4).
struct AssertionKey: Sendable {
    /// The thumbprint of the public key (RFC 7638).
    let id: String
    let madeAt: Timestamp
    /// The coordinates of the public key, 32 bytes each.
    let x: [UInt8]
    let y: [UInt8]
    /// The private key, sealed.
    let sealed: [UInt8]
    /// The private key; nil if it was sealed with a removed secret key.
    private(set) var key: SigningKey?

    static func make(in box: SealedBox, at moment: Timestamp) throws(CryptographyError) -> AssertionKey {
        let key = try SigningKey.generate(.p256)
        let parameters = try key.publicParameters()
        guard parameters.count == 2 else { throw CryptographyError(.failure) }
        let (x, y) = (parameters[0].bytes, parameters[1].bytes)
        let id = try thumbprint(x, y)
        let sealed = try box.seal(Array(try key.pem().utf8), context: context(id))
        return AssertionKey(id: id, madeAt: moment, x: x, y: y, sealed: sealed, key: key)
    }

    init(id: String, madeAt: Timestamp, x: [UInt8], y: [UInt8], sealed: [UInt8], key: SigningKey?) {
        (self.id, self.madeAt, self.x, self.y, self.sealed, self.key) = (id, madeAt, x, y, sealed, key)
    }

    /// Returns the key with its private half, if the box has the key that sealed it and both halves belong together.
    func opened(with box: SealedBox?) -> AssertionKey {
        var opened = self
        opened.key = nil
        guard let box, let plain = try? box.open(sealed, context: AssertionKey.context(id)),
            let key = try? SigningKey(pem: String(decoding: plain, as: UTF8.self)), key.kind == .p256,
            let parameters = try? key.publicParameters(), parameters.map(\.bytes) == [x, y],
            let own = try? AssertionKey.thumbprint(x, y), own.isExactly(id)
        else { return opened }
        opened.key = key
        return opened
    }

    /// Whether the private half is at hand.
    var canSign: Bool { key.map { _ in true } ?? false }

    /// Writes the public key as a JWK (RFC 7517).
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kty", "EC")
        writer.member("crv", "P-256")
        writer.member("x", Base64URL.encode(x))
        writer.member("y", Base64URL.encode(y))
        writer.member("use", "sig")
        writer.member("alg", SignatureAlgorithm.es256.rawValue)
        writer.member("kid", id)
        writer.endObject()
    }

    private static func thumbprint(_ x: [UInt8], _ y: [UInt8]) throws(CryptographyError) -> String {
        let members =
            "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"\(Base64URL.encode(x))\",\"y\":\"\(Base64URL.encode(y))\"}"
        return Base64URL.encode(try Digest.sha256(Array(members.utf8)))
    }

    private static func context(_ id: String) -> [UInt8] { Array("gatehouse assertion key 1 \(id)".utf8) }
}

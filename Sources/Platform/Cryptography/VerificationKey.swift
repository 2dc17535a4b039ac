internal import COpenSSL

/// A public key that signatures are checked with. One that exists is usable: long enough, on its curve, of a known kind.
public struct VerificationKey: Sendable {
    public let kind: KeyKind
    let key: OwnedKey

    init(_ key: OwnedKey) throws(CryptographyError) {
        kind = try key.kind()
        guard kind == .ed25519 || key.isValidPublicKey() else { throw CryptographyError(.invalidKey) }
        if kind == .rsa {
            // Even, and the exponent 1, would make signatures that anybody can make.
            let exponent = try key.number("e")
            guard exponent.count <= 8, exponent != [1], let last = exponent.last, last & 1 == 1 else {
                throw CryptographyError(.invalidKey)
            }
        }
        self.key = key
    }

    /// An RSA key of 2048–8192 bits: modulus and exponent, big-endian (RFC 7518, section 6.3.1).
    public init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        guard !modulus.isEmpty, modulus.count <= 1025, !exponent.isEmpty, exponent.count <= 8 else {
            throw CryptographyError(.invalidKey)
        }
        let builder = try KeyBuilder()
        try builder.number("n", modulus)
        try builder.number("e", exponent)
        try self.init(builder.publicKey("RSA"))
    }

    /// A key of a NIST curve: coordinates of exactly the curve's length (RFC 7518, section 6.2.1).
    public init(curve: KeyKind, x: [UInt8], y: [UInt8]) throws(CryptographyError) {
        guard let length = curve.coordinateLength, x.count == length, y.count == length else {
            throw CryptographyError(.invalidKey)
        }
        try self.init(KeyBuilder().publicKey("EC", group: curve.rawValue, point: [4] + x + y))
    }

    /// An Ed25519 key: 32 bytes (RFC 8037, section 2).
    public init(ed25519 bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == 32, let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, 32) else {
            throw CryptographyError(.invalidKey)
        }
        try unsafe self.init(OwnedKey(key))
    }

    /// The keys of PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY` and `CERTIFICATE` blocks (of a certificate only the key is
    /// used: neither its dates nor its issuer are looked at). A private key refuses the text.
    public static func keys(pem text: String) throws(CryptographyError) -> [VerificationKey] {
        guard !text.contains("PRIVATE KEY-----") else { throw CryptographyError(.privateKey) }
        var keys: [VerificationKey] = []
        var rest = Substring(text)
        while let begin = rest.firstRange(of: "-----BEGIN ") {
            rest = rest[begin.lowerBound...]
            guard let end = rest.firstRange(of: "-----END "),
                let close = rest[end.upperBound...].firstRange(of: "-----")
            else { throw CryptographyError(.invalidKey) }
            keys.append(try VerificationKey(pemBlock: String(rest[..<close.upperBound]) + "\n"))
            rest = rest[close.upperBound...]
        }
        guard !keys.isEmpty else { throw CryptographyError(.invalidKey) }
        return keys
    }

    private init(pemBlock: String) throws(CryptographyError) {
        let input = try MemoryBuffer(Array(pemBlock.utf8))
        let key: OpaquePointer?
        if pemBlock.hasPrefix("-----BEGIN CERTIFICATE-----") {
            guard let certificate = unsafe PEM_read_bio_X509(input.pointer, nil, nil, nil) else {
                throw CryptographyError(.invalidKey)
            }
            defer { unsafe X509_free(certificate) }
            unsafe key = X509_get_pubkey(certificate)
        } else {
            unsafe key = PEM_read_bio_PUBKEY(input.pointer, nil, nil, nil)
        }
        guard let key = unsafe key else { throw CryptographyError(.invalidKey) }
        try unsafe self.init(OwnedKey(key))
    }
}

internal import COpenSSL

/// A private key, used by the demo provider and by tests. Its description does not contain the secret.
public struct SigningKey: Sendable, CustomStringConvertible {
    public let kind: KeyKind
    let key: OwnedKey

    private init(_ key: OwnedKey) throws(CryptographyError) {
        kind = try key.kind()
        self.key = key
    }

    /// Generates a key; RSA keys have 2048 bits by default.
    public static func generate(_ kind: KeyKind, rsaBits: Int = 2048) throws(CryptographyError) -> SigningKey {
        let type = kind == .rsa ? "RSA" : kind == .ed25519 ? "ED25519" : "EC"
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { throw CryptographyError(.failure) }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw CryptographyError(.failure) }
        switch kind {
        case .rsa:
            guard unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(rsaBits)) == 1 else {
                throw CryptographyError(.failure)
            }
        case .p256, .p384, .p521:
            guard unsafe EVP_PKEY_CTX_set_group_name(context, kind.rawValue) == 1 else {
                throw CryptographyError(.failure)
            }
        case .ed25519: break
        }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else {
            throw CryptographyError(.failure)
        }
        return try unsafe SigningKey(OwnedKey(key))
    }

    /// Reads a private key from unencrypted PEM.
    public init(pem text: String) throws(CryptographyError) {
        let input = try MemoryBuffer(Array(text.utf8))
        // An empty pass phrase makes OpenSSL refuse an encrypted key instead of prompting at a terminal.
        var phrase: [CChar] = [0]
        guard let key = unsafe PEM_read_bio_PrivateKey(input.pointer, nil, nil, &phrase) else {
            throw CryptographyError(.invalidKey)
        }
        try unsafe self.init(OwnedKey(key))
    }

    /// The Ed25519 key of a 32-byte secret (RFC 8032, section 5.1.5).
    public init(ed25519Seed seed: [UInt8]) throws(CryptographyError) {
        guard seed.count == 32, let key = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
        else { throw CryptographyError(.invalidKey) }
        try unsafe self.init(OwnedKey(key))
    }

    /// The key as unencrypted PKCS #8 in PEM.
    public func pem() throws(CryptographyError) -> String {
        let output = try MemoryBuffer()
        guard unsafe PEM_write_bio_PKCS8PrivateKey(output.pointer, key.pointer, nil, nil, 0, nil, nil) == 1 else {
            throw CryptographyError(.failure)
        }
        return String(decoding: output.read(), as: UTF8.self)
    }

    /// Returns a signature in JWS format.
    public func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) throws(CryptographyError) -> [UInt8] {
        guard algorithm.fits(kind) else { throw CryptographyError(.unsupportedKey) }
        guard let operation = unsafe EVP_MD_CTX_new() else { throw CryptographyError(.failure) }
        defer { unsafe EVP_MD_CTX_free(operation) }
        var context: OpaquePointer?
        let digest = algorithm.digest?.rawValue
        guard unsafe EVP_DigestSignInit_ex(operation, &context, digest, nil, nil, key.pointer, nil) == 1 else {
            throw CryptographyError(.failure)
        }
        if algorithm.isPSS {
            guard let context = unsafe context, unsafe VerificationContext.configure(context, algorithm) else {
                throw CryptographyError(.failure)
            }
        }
        var length = 0
        guard unsafe EVP_DigestSign(operation, nil, &length, message, message.count) == 1 else {
            throw CryptographyError(.failure)
        }
        var signature = Array(repeating: UInt8(0), count: length)
        guard unsafe EVP_DigestSign(operation, &signature, &length, message, message.count) == 1 else {
            throw CryptographyError(.failure)
        }
        signature = Array(signature.prefix(length))
        guard let coordinate = kind.coordinateLength else { return signature }
        return try SigningKey.halves(of: signature, length: coordinate)
    }

    /// Returns `r ‖ s` of an ECDSA-Sig-Value.
    private static func halves(of sequence: [UInt8], length: Int) throws(CryptographyError) -> [UInt8] {
        var result: [UInt8] = []
        var index = sequence.count > 1 && sequence[1] & 0x80 != 0 ? 3 : 2
        for _ in 0..<2 {
            guard index + 1 < sequence.count, sequence[index] == 0x02 else { throw CryptographyError(.failure) }
            let count = Int(sequence[index + 1])
            guard index + 2 + count <= sequence.count else { throw CryptographyError(.failure) }
            let digits = sequence[index + 2..<index + 2 + count].drop { $0 == 0 }
            guard digits.count <= length else { throw CryptographyError(.failure) }
            result += Array(repeating: 0, count: length - digits.count) + digits
            index += 2 + count
        }
        return result
    }

    /// Parameters of the public key as a JWK names them, in bytes: `n` and `e`, `x` and `y`, or `x`.
    public func publicParameters() throws(CryptographyError) -> [(name: String, bytes: [UInt8])] {
        switch kind {
        case .rsa: return [("n", try key.number("n")), ("e", try key.number("e"))]
        case .p256, .p384, .p521:
            let length = kind.coordinateLength
            return [("x", try key.number("qx", length: length)), ("y", try key.number("qy", length: length))]
        case .ed25519:
            var bytes = Array(repeating: UInt8(0), count: 32)
            var count = bytes.count
            guard unsafe EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count) == 1, count == 32 else {
                throw CryptographyError(.failure)
            }
            return [("x", bytes)]
        }
    }

    /// Returns the public half of the key.
    public func verificationKey() throws(CryptographyError) -> VerificationKey {
        try VerificationKey(key)
    }

    public var description: String { "SigningKey(\(kind.rawValue))" }
}

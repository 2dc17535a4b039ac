internal import COpenSSL

/// A public key that verifies signatures. Every value is usable: long enough, on its curve, of a supported kind.
public struct VerificationKey: Sendable {
    public let kind: KeyKind
    let key: OwnedKey

    init(_ key: OwnedKey) throws(CryptographyError) {
        kind = try key.kind()
        switch kind {
        case .rsa: try VerificationKey.check(modulus: try key.number("n"), exponent: try key.number("e"))
        case .p256, .p384, .p521:
            guard key.isValidPublicKey() else { throw CryptographyError(.invalidKey) }
        case .ed25519: break
        }
        self.key = key
    }

    /// Refuses numbers of an RSA key, big-endian, that make signatures forgeable or impossible: an even modulus, an even
    /// exponent, or the exponent 1.
    ///
    /// OpenSSL's own check also tests the modulus for being a prime. That costs 3 ms at 2048 bits and 120 ms at 8192, and
    /// would only reveal a mistake of the key's owner.
    private static func check(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        let digits = exponent.drop { $0 == 0 }
        guard digits.count <= 8, !digits.elementsEqual([1]), digits.last.map({ $0 & 1 }) == 1,
            modulus.last.map({ $0 & 1 }) == 1
        else { throw CryptographyError(.invalidKey) }
    }

    /// Returns true if both keys are equal, regardless of their ids.
    public func isSame(as other: VerificationKey) -> Bool {
        // OpenSSL compares the public halves and changes neither key.
        unsafe EVP_PKEY_eq(key.pointer, other.key.pointer) == 1
    }

    /// An RSA key of 2048–8192 bits: modulus and exponent, big-endian (RFC 7518, section 6.3.1).
    public init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        guard !modulus.isEmpty, modulus.count <= 1025, !exponent.isEmpty, exponent.count <= 8 else {
            throw CryptographyError(.invalidKey)
        }
        try VerificationKey.check(modulus: modulus, exponent: exponent)
        let builder = try KeyBuilder()
        try builder.number("n", modulus)
        try builder.number("e", exponent)
        key = try builder.publicKey("RSA")
        kind = try key.kind()
    }

    /// A key of a NIST curve: coordinates of exactly the curve's length (RFC 7518, section 6.2.1).
    public init(curve: KeyKind, x: [UInt8], y: [UInt8]) throws(CryptographyError) {
        guard let length = curve.coordinateLength, x.count == length, y.count == length else {
            throw CryptographyError(.invalidKey)
        }
        key = try OwnedKey.publicKey(on: curve, point: [4] + x + y)
        kind = curve
        guard key.isValidPublicKey() else { throw CryptographyError(.invalidKey) }
    }

    /// An Ed25519 key: 32 bytes (RFC 8037, section 2).
    public init(ed25519 bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == 32, let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, 32) else {
            throw CryptographyError(.invalidKey)
        }
        try unsafe self.init(OwnedKey(key))
    }
}

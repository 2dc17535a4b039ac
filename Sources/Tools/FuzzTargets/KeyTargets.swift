internal import Cryptography
internal import Tokens

/// Fuzzes JWKs and JWK sets. Every accepted key can be used with each fitting algorithm, and accepts no invalid
/// signature.
func fuzzJWK(_ bytes: [UInt8]) {
    guard let set = try? KeySet(bytes) else { return }
    for issue in set.issues { promise(!issue.detail.isEmpty && issue.index >= 0, "an issue has a description") }
    for key in set.keys { checkKey(key.key) }
}

/// Fuzzes PEM with keys and certificates.
///
/// A private key is never read as a public one. It can be read again from its own PEM.
func fuzzPEM(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let published = try? VerificationKey.keys(pem: text)
    for case .success(let key) in published ?? [] { checkKey(key) }
    if let set = try? KeySet(bytes), bytes.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
        promise(set.keys.count + set.issues.count == published?.count, "a file's blocks are its keys and issues")
    }
    guard let key = try? SigningKey(pem: text) else { return }
    promise(published == nil, "a private key is not read as a public one")
    promise(!text.contains("\(key)"), "a key does not describe its secret")
    guard let written = try? key.pem(), let again = try? SigningKey(pem: written) else {
        fatalError("broken promise: a private key can be read from its own text")
    }
    promise(again.kind == key.kind, "a private key keeps its kind")
}

private func checkKey(_ key: VerificationKey) {
    let garbage = Array(repeating: UInt8(0xA5), count: 2 * (key.kind.coordinateLength ?? 32))
    for algorithm in SignatureAlgorithm.allCases {
        let context = try? VerificationContext(key, algorithm)
        promise((context != nil) == algorithm.fits(key.kind), "a key is used with the algorithms that fit it")
        promise(context?.isValid(garbage.span, for: [1, 2, 3].span) != true, "garbage is not a valid signature")
    }
}

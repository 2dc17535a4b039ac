internal import COpenSSL

/// The SHA-2 digests (FIPS 180-4).
public enum DigestAlgorithm: String, Sendable, CaseIterable {
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    /// Length of the digest in bytes.
    public var length: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}

/// A digest computer that keeps its OpenSSL context, since looking up the algorithm costs as much as a short digest.
/// Each instance belongs to one thread.
@safe public final class Digest {
    public let algorithm: DigestAlgorithm
    private let context: OpaquePointer
    private let implementation: OpaquePointer

    public init(_ algorithm: DigestAlgorithm) throws(CryptographyError) {
        self.algorithm = algorithm
        guard let implementation = unsafe EVP_MD_fetch(nil, algorithm.rawValue, nil) else {
            throw CryptographyError(.failure)
        }
        guard let context = unsafe EVP_MD_CTX_new() else {
            unsafe EVP_MD_free(implementation)
            throw CryptographyError(.failure)
        }
        unsafe self.implementation = implementation
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(implementation)
    }

    /// Returns the digest of `bytes`, ``DigestAlgorithm/length`` bytes.
    public func callAsFunction(_ bytes: Span<UInt8>) throws(CryptographyError) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: algorithm.length)
        // The span is valid during the closure; `result` is as long as the algorithm's output.
        let isDone = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe EVP_DigestInit_ex2(context, implementation, nil) == 1
                && EVP_DigestUpdate(context, input.baseAddress, input.count) == 1
                && EVP_DigestFinal_ex(context, &result, nil) == 1
        }
        guard isDone else { throw CryptographyError(.failure) }
        return result
    }

    /// Computes one SHA-256 digest without a kept context.
    public static func sha256(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try Digest(.sha256)(bytes.span)
    }
}

/// HMAC with SHA-256 (RFC 2104).
public enum MAC {
    /// Returns the MAC, 32 bytes.
    public static func sha256(key: [UInt8], _ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var result = Array(repeating: UInt8(0), count: 32)
        var length = 0
        // All buffers are arrays borrowed for the call, with their own counts.
        let made = unsafe EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &result, result.count, &length)
        guard unsafe made != nil, length == 32 else { throw CryptographyError(.failure) }
        return result
    }
}

/// HKDF with SHA-256 (RFC 5869).
public enum KeyDerivation {
    /// - Parameter count: length of the derived key, 1 to 8160 bytes.
    public static func hkdf(
        secret: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...8160).contains(count) else { throw CryptographyError(.failure) }
        let key = try MAC.sha256(key: salt.isEmpty ? Array(repeating: 0, count: 32) : salt, secret)
        var result: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 0
        while result.count < count {
            counter &+= 1
            block = try MAC.sha256(key: key, block + info + [counter])
            result += block
        }
        return Array(result.prefix(count))
    }
}

/// Random bytes from OpenSSL's cryptographic generator.
public enum RandomBytes {
    /// - Parameter count: the number of bytes.
    public static func make(_ count: Int) throws(CryptographyError) -> [UInt8] {
        var bytes = Array(repeating: UInt8(0), count: count)
        // The buffer is exactly `count` bytes long.
        guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else { throw CryptographyError(.failure) }
        return bytes
    }
}

/// Compares two secrets in a time that does not depend on where they differ (timing attack). Lengths are not secret.
public func isEqualInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    // Both arrays have the length that is passed.
    guard a.count == b.count, !a.isEmpty else { return a.count == b.count }
    return unsafe CRYPTO_memcmp(a, b, a.count) == 0
}

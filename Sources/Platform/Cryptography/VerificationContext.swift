internal import COpenSSL

/// A key set up for one algorithm. Setting up OpenSSL costs a quarter of a verification, so it is done once. Each
/// instance belongs to one thread.
@safe public final class VerificationContext {
    private let key: VerificationKey
    private let algorithm: SignatureAlgorithm
    private let digest: Digest?
    /// Nil for Ed25519, which OpenSSL verifies over the message only.
    private let context: OpaquePointer?
    private let order: OpaquePointer?

    /// Throws if the algorithm needs another kind of key.
    public init(_ key: VerificationKey, _ algorithm: SignatureAlgorithm) throws(CryptographyError) {
        guard algorithm.fits(key.kind) else { throw CryptographyError(.unsupportedKey) }
        self.key = key
        self.algorithm = algorithm
        guard let digestAlgorithm = algorithm.digest else {
            digest = nil
            unsafe context = nil
            unsafe order = nil
            return
        }
        digest = try Digest(digestAlgorithm)
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.key.pointer, nil) else {
            throw CryptographyError(.failure)
        }
        unsafe self.context = context
        var order: OpaquePointer?
        if key.kind.coordinateLength != nil {
            guard unsafe EVP_PKEY_get_bn_param(key.key.pointer, "order", &order) == 1 else {
                unsafe EVP_PKEY_CTX_free(context)
                throw CryptographyError(.failure)
            }
        }
        unsafe self.order = order
        guard unsafe EVP_PKEY_verify_init(context) == 1, unsafe VerificationContext.configure(context, algorithm) else {
            throw CryptographyError(.failure)
        }
    }

    deinit {
        unsafe EVP_PKEY_CTX_free(context)
        unsafe BN_free(order)
    }

    static func configure(_ context: OpaquePointer, _ algorithm: SignatureAlgorithm) -> Bool {
        guard let digest = algorithm.digest else { return false }
        guard let type = unsafe EVP_get_digestbyname(digest.rawValue) else { return false }
        switch algorithm {
        case .rs256, .rs384, .rs512:
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 else { return false }
        case .ps256, .ps384, .ps512:
            // The salt is as long as the digest (RFC 7518, section 3.5), and MGF1 uses the signature's digest.
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return false }
        case .es256, .es384, .es512, .edDSA: break
        }
        return unsafe EVP_PKEY_CTX_set_signature_md(context, type) == 1
    }

    /// Returns true if `signature` is a signature of `message` by this key, in JWS format (RFC 7518, sections 3.3–3.5;
    /// RFC 8037, section 3.1).
    public func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        let isValid: Bool
        if let digest {
            guard let hash = try? digest(message) else { return false }
            if let length = key.kind.coordinateLength {
                guard let encoded = sequence(signature, length: length) else { return false }
                isValid = verify(encoded.span, hash)
            } else {
                isValid = verify(signature, hash)
            }
        } else {
            isValid = verifyMessage(signature, message)
        }
        if !isValid { ERR_clear_error() }
        return isValid
    }

    private func verify(_ signature: Span<UInt8>, _ hash: [UInt8]) -> Bool {
        // The span is valid during the closure; `hash` has the digest's length.
        unsafe signature.withUnsafeBufferPointer { signature in
            unsafe EVP_PKEY_verify(context, signature.baseAddress, signature.count, hash, hash.count) == 1
        }
    }

    private func verifyMessage(_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Bool {
        guard signature.count == 64, let operation = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(operation) }
        guard unsafe EVP_DigestVerifyInit(operation, nil, nil, nil, key.key.pointer) == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    operation, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
            }
        }
    }

    /// Converts `r ‖ s` to the ECDSA-Sig-Value that OpenSSL reads (RFC 3279, section 2.2.3). Returns nil if the length
    /// is not exactly twice the curve's, or if a half is zero or not below the order.
    private func sequence(_ signature: Span<UInt8>, length: Int) -> [UInt8]? {
        guard signature.count == 2 * length else { return nil }
        var content: [UInt8] = []
        content.reserveCapacity(2 * length + 8)
        for half in 0..<2 {
            let part = signature.extracting(half * length..<(half + 1) * length)
            // The span is valid during the closure.
            let number = unsafe part.withUnsafeBufferPointer {
                unsafe BN_bin2bn($0.baseAddress, Int32($0.count), nil)
            }
            guard let number = unsafe number else { return nil }
            defer { unsafe BN_free(number) }
            guard unsafe BN_is_zero(number) == 0, unsafe BN_cmp(number, order) < 0 else { return nil }
            var start = 0
            while part[start] == 0 { start += 1 }
            // INTEGER is signed: a leading bit of one needs a zero before it (X.690, section 8.3).
            let needsZero = part[start] & 0x80 != 0
            content.append(0x02)
            content.append(UInt8(length - start + (needsZero ? 1 : 0)))
            if needsZero { content.append(0) }
            for index in start..<length { content.append(part[index]) }
        }
        let head: [UInt8] = content.count < 128 ? [0x30, UInt8(content.count)] : [0x30, 0x81, UInt8(content.count)]
        return head + content
    }
}

internal import COpenSSL

/// Owner of an `EVP_PKEY`.
@safe final class OwnedKey: @unchecked Sendable {
    // @unchecked: an EVP_PKEY does not change after its creation, and OpenSSL counts its references atomically.
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// Returns the kind of the key; throws if keys of this kind or size are not supported.
    func kind() throws(CryptographyError) -> KeyKind {
        if unsafe EVP_PKEY_is_a(pointer, "RSA") == 1 {
            let bits = unsafe EVP_PKEY_get_bits(pointer)
            guard bits >= 2048 else { throw CryptographyError(.rsaTooShort) }
            guard bits <= 8192 else { throw CryptographyError(.rsaTooLong) }
            return .rsa
        }
        if unsafe EVP_PKEY_is_a(pointer, "ED25519") == 1 { return .ed25519 }
        guard unsafe EVP_PKEY_is_a(pointer, "EC") == 1 else { throw CryptographyError(.unsupportedKey) }
        var name: [CChar] = Array(repeating: 0, count: 64)
        // The buffer is exactly as long as the count that is passed.
        guard unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, nil) == 1 else {
            throw CryptographyError(.unsupportedKey)
        }
        switch String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) {
        case "prime256v1", "P-256": return .p256
        case "secp384r1", "P-384": return .p384
        case "secp521r1", "P-521": return .p521
        default: throw CryptographyError(.unsupportedKey)
        }
    }

    /// A number of the key (`n`, `e`, `order` …), big-endian.
    func number(_ name: String, length: Int? = nil) throws(CryptographyError) -> [UInt8] {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number = unsafe number else {
            throw CryptographyError(.failure)
        }
        defer { unsafe BN_clear_free(number) }
        let size = unsafe Int((BN_num_bits(number) + 7) / 8)
        var bytes = Array(repeating: UInt8(0), count: length ?? size)
        guard unsafe BN_bn2binpad(number, &bytes, Int32(bytes.count)) >= 0 else { throw CryptographyError(.failure) }
        return bytes
    }

    /// Returns true if the public key is a point of the curve other than the point at infinity.
    ///
    /// The supported curves have the cofactor 1, so that every such point has the group's order (NIST SP 800-56A,
    /// section 5.6.2.3.4). The complete check also multiplies by the order, which takes ten times as long as reading the
    /// key, and proves nothing more.
    func isValidPublicKey() -> Bool {
        guard let context = unsafe EVP_PKEY_CTX_new(pointer, nil) else { return false }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let isValid = unsafe EVP_PKEY_public_check_quick(context) == 1
        if !isValid { ERR_clear_error() }
        return isValid
    }
}

/// Builder of a public key from its parameters (EVP_PKEY_fromdata(3)).
@safe final class KeyBuilder {
    private let builder: OpaquePointer
    private var numbers: [OpaquePointer]

    init() throws(CryptographyError) {
        guard let builder = unsafe OSSL_PARAM_BLD_new() else { throw CryptographyError(.failure) }
        unsafe self.builder = builder
        unsafe numbers = []
    }

    deinit {
        unsafe OSSL_PARAM_BLD_free(builder)
        unsafe numbers.forEach { unsafe BN_free($0) }
    }

    func number(_ name: StaticString, _ bytes: [UInt8]) throws(CryptographyError) {
        guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else { throw CryptographyError(.failure) }
        unsafe numbers.append(number)
        guard unsafe OSSL_PARAM_BLD_push_BN(builder, literal(name), number) == 1 else {
            throw CryptographyError(.failure)
        }
    }

    /// The builder keeps pointers to names, so names must be literals, which live as long as the program.
    private func literal(_ name: StaticString) -> UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Returns a public key made of the numbers added so far.
    func publicKey(_ type: String) throws(CryptographyError) -> OwnedKey {
        // EVP_PKEY_PUBLIC_KEY, a macro that Swift does not import: all parameters and the public key.
        try key(type, Int32(OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY))
    }

    /// Returns the parameters of a named curve: a key without a point.
    func parameters(of curve: String) throws(CryptographyError) -> OwnedKey {
        let name = Array(curve.utf8CString)
        // The builder keeps a pointer to the name until the key is made, which happens during the closure.
        let made: Result<OwnedKey, CryptographyError> = unsafe name.withUnsafeBufferPointer { name in
            guard unsafe OSSL_PARAM_BLD_push_utf8_string(builder, literal("group"), name.baseAddress, 0) == 1 else {
                return .failure(CryptographyError(.failure))
            }
            return Result { () throws(CryptographyError) in try key("EC", Int32(OSSL_KEYMGMT_SELECT_ALL_PARAMETERS)) }
        }
        return try made.get()
    }

    private func key(_ type: String, _ selection: Int32) throws(CryptographyError) -> OwnedKey {
        guard let parameters = unsafe OSSL_PARAM_BLD_to_param(builder) else { throw CryptographyError(.invalidKey) }
        defer { unsafe OSSL_PARAM_free(parameters) }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
            throw CryptographyError(.invalidKey)
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &key, selection, parameters) == 1, let key = unsafe key
        else { throw CryptographyError(.invalidKey) }
        return unsafe OwnedKey(key)
    }
}

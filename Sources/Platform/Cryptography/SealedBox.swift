internal import COpenSSL

/// Encrypts and authenticates values with AES-256-GCM: a value that was read or altered outside the process does not
/// open.
///
/// A sealed value is `key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The first key seals and all keys open, so that
/// keys can be rotated.
public struct SealedBox: Sendable {
    private struct Key: Sendable {
        let id: [UInt8]
        let bytes: [UInt8]
    }

    private let keys: [Key]

    /// - Parameter keys: 32 bytes each, newest first.
    public init(keys: [[UInt8]]) throws(CryptographyError) {
        guard !keys.isEmpty, keys.allSatisfy({ $0.count == 32 }) else { throw CryptographyError(.invalidKey) }
        var derived: [Key] = []
        for key in keys {
            // The id is derived by HKDF, so that it reveals nothing about the key.
            let id = try KeyDerivation.hkdf(secret: key, info: Array("gatehouse key id".utf8), count: 4)
            derived.append(Key(id: id, bytes: key))
        }
        self.keys = derived
    }

    /// Ids of all keys, base64url, newest first. An id reveals nothing about its key.
    public var keyIDs: [String] { keys.map { Base64URL.encode($0.id) } }

    /// Returns true if another box has equal keys in equal order, so that both seal and open alike.
    public func hasKeys(of other: SealedBox) -> Bool { keys.map(\.bytes) == other.keys.map(\.bytes) }

    /// - Parameter context: the value's purpose; opening the value needs equal bytes.
    public func seal(_ value: [UInt8], context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let key = keys[0]
        let nonce = try RandomBytes.make(12)
        let cipher = try Cipher(key: key.bytes, nonce: nonce, encrypts: true)
        try cipher.authenticate(key.id + context)
        let text = try cipher.process(value)
        guard cipher.finish() else { throw CryptographyError(.failure) }
        return key.id + nonce + text + (try cipher.tag())
    }

    /// Opens a sealed value with the key that sealed it.
    ///
    /// - Throws: `notSealedHere` if no key fits, the context differs, or the value was altered.
    public func open(_ sealed: [UInt8], context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= 32, let key = keys.first(where: { $0.id == Array(sealed.prefix(4)) }) else {
            throw CryptographyError(.notSealedHere)
        }
        let cipher = try Cipher(key: key.bytes, nonce: Array(sealed[4..<16]), encrypts: false)
        try cipher.authenticate(key.id + context)
        let value = try cipher.process(Array(sealed[16..<sealed.count - 16]))
        try cipher.expect(tag: Array(sealed.suffix(16)))
        guard cipher.finish() else { throw CryptographyError(.notSealedHere) }
        return value
    }
}

/// One AES-256-GCM operation.
@safe private final class Cipher {
    private let context: OpaquePointer

    init(key: [UInt8], nonce: [UInt8], encrypts: Bool) throws(CryptographyError) {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw CryptographyError(.failure) }
        unsafe self.context = context
        // A key of 32 bytes and a nonce of 12 bytes are the cipher's defaults.
        guard unsafe EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, encrypts ? 1 : 0) == 1 else {
            throw CryptographyError(.failure)
        }
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    func authenticate(_ bytes: [UInt8]) throws(CryptographyError) {
        var count: Int32 = 0
        guard unsafe EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count)) == 1 else {
            throw CryptographyError(.failure)
        }
    }

    func process(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        var result = Array(repeating: UInt8(0), count: bytes.count)
        var count: Int32 = 0
        guard unsafe EVP_CipherUpdate(context, &result, &count, bytes, Int32(bytes.count)) == 1 else {
            throw CryptographyError(.failure)
        }
        return result
    }

    /// Ends the operation. When opening, returns true if the tag matches.
    func finish() -> Bool {
        var rest = Array(repeating: UInt8(0), count: 16)
        var count: Int32 = 0
        let isDone = unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1
        if !isDone { ERR_clear_error() }
        return isDone
    }

    func tag() throws(CryptographyError) -> [UInt8] {
        var tag = Array(repeating: UInt8(0), count: 16)
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1 else {
            throw CryptographyError(.failure)
        }
        return tag
    }

    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1 else {
            throw CryptographyError(.failure)
        }
    }
}

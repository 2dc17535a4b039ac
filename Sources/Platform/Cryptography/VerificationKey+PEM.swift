internal import COpenSSL
internal import Text

extension VerificationKey {
    /// Reads the keys of PEM text (RFC 7468): `PUBLIC KEY`, `RSA PUBLIC KEY` and `CERTIFICATE` blocks, in order. Of a
    /// certificate only the key is used; its dates and issuer are ignored.
    ///
    /// - Returns: one result per block, so that one unusable block does not affect the others.
    /// - Throws: if there is no block, a block has no end, or a block holds a private key, which must not be here.
    public static func keys(pem text: String) throws(CryptographyError) -> [Result<VerificationKey, CryptographyError>]
    {
        guard !text.holds(exactly: "PRIVATE KEY-----") else { throw CryptographyError(.privateKey) }
        var keys: [Result<VerificationKey, CryptographyError>] = []
        var rest = Substring(text)
        while let (_, block) = rest.cut(at: "-----BEGIN ") {
            guard let (content, end) = block.cut(at: "-----END "), let (label, following) = end.cut(at: "-----") else {
                throw CryptographyError(.invalidKey)
            }
            let pemBlock = "-----BEGIN \(content)-----END \(label)-----\n"
            do throws(CryptographyError) {
                keys.append(.success(try VerificationKey(pemBlock: pemBlock)))
            } catch {
                keys.append(.failure(error))
            }
            rest = following
        }
        guard !keys.isEmpty else { throw CryptographyError(.invalidKey) }
        return keys
    }

    private init(pemBlock: String) throws(CryptographyError) {
        let input = try MemoryBuffer(Array(pemBlock.utf8))
        let key: OpaquePointer?
        if pemBlock.starts(exactly: "-----BEGIN CERTIFICATE-----") {
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

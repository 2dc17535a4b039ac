internal import COpenSSL
internal import Text

extension VerificationKey {
    /// The keys of PEM text (RFC 7468): `PUBLIC KEY`, `RSA PUBLIC KEY` and `CERTIFICATE` blocks, in their order. Of a
    /// certificate only the key is used: neither its dates nor its issuer are looked at.
    ///
    /// - Returns: one result a block, so that one that cannot be used does not spoil the others.
    /// - Throws: where there is no block, one has no end, or one holds a private key: such a file is in the wrong hands.
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

public import Cryptography
internal import Identities
internal import JSON
internal import Time

extension VerifiedClaims {
    // The sealed form that a session stores. Only this target can restore claims from it: the authenticated encryption
    // replaces the signature, which was verified once.
    private static let context = Array("gatehouse verified claims 2".utf8)
    /// The context of values that an earlier version sealed without the claims' sources.
    private static let unrecordedContext = Array("gatehouse verified claims 1".utf8)

    /// Seals the claims so that a store can keep them.
    ///
    /// - Parameter owner: the owner of the claims, such as a session. They cannot be opened for another owner.
    public func sealed(in box: SealedBox, for owner: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 256 + header.bytes.count + document.bytes.count)
        writer.beginObject()
        writer.member("provider", provider.text)
        writer.member("issuer", identity.issuer.text)
        writer.member("subject", identity.subject.text)
        writer.member("key_id", keyID)
        writer.member("from", Int(validity.lowerBound.seconds))
        writer.member("until", Int(validity.upperBound.seconds))
        writer.member("header_length", header.bytes.count)
        origin.write(to: &writer)
        writer.endObject()
        // The writer emits no line break, and the documents keep their exact bytes.
        let plain = writer.bytes + [0x0A] + header.bytes + document.bytes
        return try box.seal(plain, context: VerifiedClaims.context + owner)
    }

    /// Restores claims sealed by ``sealed(in:for:)``.
    ///
    /// - Throws: `notSealedHere` for any other input.
    public convenience init(opening sealed: [UInt8], with box: SealedBox, for owner: [UInt8]) throws(CryptographyError)
    {
        let current = try? box.open(sealed, context: VerifiedClaims.context + owner)
        let plain: [UInt8]
        if let current {
            plain = current
        } else {
            plain = try box.open(sealed, context: VerifiedClaims.unrecordedContext + owner)
        }
        guard let end = plain.firstIndex(of: 0x0A), let about = try? JSONDocument(parsing: Array(plain[..<end])),
            let provider = about.root.member("provider")?.string.flatMap({ ProviderID($0) }),
            let issuer = about.root.member("issuer")?.string, let subject = about.root.member("subject")?.string,
            let from = about.root.member("from")?.integer, let until = about.root.member("until")?.integer,
            let length = about.root.member("header_length")?.integer, length >= 0, from <= until,
            let header = try? JSONDocument(parsing: Array(plain[(end + 1)...].prefix(Int(length)))),
            let document = try? JSONDocument(parsing: Array(plain[(end + 1)...].dropFirst(Int(length)))),
            let origin = current == nil ? ClaimsOrigin(unrecorded: document.root) : ClaimsOrigin(about.root)
        else { throw CryptographyError(.notSealedHere) }
        self.init(
            provider: provider, identity: Identity(issuer: Issuer(issuer), subject: Subject(subject)),
            document: document,
            header: header,
            keyID: about.root.member("key_id")?.string,
            validity: Timestamp(seconds: from)..<Timestamp(seconds: until), origin: origin)
    }
}

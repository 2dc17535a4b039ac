public import Identities
internal import Text

/// A client's name for one request. Another request with the name is a repetition, which is answered as the first one.
public struct IdempotencyKey: Sendable, Hashable {
    /// The maximum length, in characters.
    public static let longest = 255

    let text: ExactText

    // 1*255VCHAR (RFC 5234, appendix B.1)
    /// Returns nil unless the value has 1 to 255 characters, all of them visible ASCII characters.
    public init?(_ value: some Collection<UInt8>) {
        guard (1...IdempotencyKey.longest).contains(value.count), value.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        text = ExactText(String(decoding: value, as: UTF8.self))
    }
}

/// A request that may be repeated. Each publisher has keys of its own in each organization.
public struct RepeatableRequest: Sendable, Hashable {
    let organization: OrganizationID
    let publisher: Identity
    let key: IdempotencyKey

    /// - Parameter publisher: the identity that made the request.
    public init(_ key: IdempotencyKey, by publisher: Identity, in organization: OrganizationID) {
        self.organization = organization
        self.publisher = publisher
        self.key = key
    }
}

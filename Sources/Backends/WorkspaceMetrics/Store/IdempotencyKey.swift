public import Identities
internal import Synchronization
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

    public init(_ key: IdempotencyKey, by publisher: Identity, in organization: OrganizationID) {
        self.organization = organization
        self.publisher = publisher
        self.key = key
    }
}

/// The repeatable requests that this process is serving, from their first byte to their answer.
///
/// A request that another process serves is not known here. The order of the transactions decides between the two: the
/// later one finds the answer of the earlier one. A crash leaves nothing behind.
final class RequestsUnderWay: Sendable {
    private let requests = Mutex<Set<RepeatableRequest>>([])

    /// Returns false if the request is under way already.
    func begin(_ request: RepeatableRequest) -> Bool {
        requests.withLock { $0.insert(request).inserted }
    }

    func end(_ request: RepeatableRequest) {
        requests.withLock { _ = $0.remove(request) }
    }
}

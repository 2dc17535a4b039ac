internal import HTTPClient
internal import HTTPMessage
internal import Synchronization
internal import Text
internal import Time
internal import Tokens

/// The gateway's keys for assertions, fetched from its published JWK set and kept for an hour.
final class GatewayKeys: Sendable {
    /// The reason why there are no keys, as a sentence.
    struct Unavailable: Error {
        let text: String
    }

    private struct Known {
        let keys: KeySet
        let at: Timestamp
    }

    /// How long fetched keys are used, as the gateway's `Cache-Control` allows.
    private static let lifetime: Duration = .seconds(3600)
    /// The shortest time between two fetches, so that tokens with unknown keys do not burden the gateway.
    private static let pause: Duration = .seconds(10)

    /// The URL of the JWK set.
    let url: String
    private let http: any OutboundHTTP
    private let known = Mutex<Known?>(nil)

    init(url: String, http: any OutboundHTTP) {
        (self.url, self.http) = (url, http)
    }

    /// Returns the keys.
    ///
    /// - Parameter isForNewKey: true if the known keys could not verify a token, and newer ones may.
    func current(isForNewKey: Bool, at now: Timestamp) async throws(Unavailable) -> KeySet {
        let age = isForNewKey ? GatewayKeys.pause : GatewayKeys.lifetime
        let last = known.withLock { $0 }
        if let last, last.at <= now, now < last.at + age { return last.keys }
        let keys = try await fetched()
        known.withLock { $0 = Known(keys: keys, at: now) }
        return keys
    }

    private func fetched() async throws(Unavailable) -> KeySet {
        guard let address = AbsoluteURL(url) else { throw Unavailable(text: "The URL of the keys is not valid.") }
        let policy = OutboundPolicy(hosts: [address.host], allowsLoopbackHTTP: true)
        do {
            let response = try await http.send(OutboundRequest(.get, address, policy: policy))
            guard response.status == .ok else {
                throw Unavailable(text: "The gateway answered \(response.status.code) instead of its keys.")
            }
            return try KeySet(response.body)
        } catch let reason as Unavailable {
            throw reason
        } catch {
            throw Unavailable(text: "The gateway's keys cannot be fetched.")
        }
    }
}

import HTTPClient
import HTTPMessage
import Synchronization

/// The gateway's key set as the application fetches it.
final class PublishedKeys: OutboundHTTP {
    private struct State {
        var keys: String?
        var fetches = 0
    }

    private let state: Mutex<State>

    init(_ keys: String) { state = Mutex(State(keys: keys)) }

    var fetches: Int { state.withLock { $0.fetches } }

    /// Publishes other keys; nil makes the gateway fail.
    func publish(_ keys: String?) { state.withLock { $0.keys = keys } }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        guard request.url.text == "http://127.0.0.1:8080/.well-known/jwks.json" else {
            throw OutboundError(.notAllowed, request.url.text)
        }
        return state.withLock { state in
            state.fetches += 1
            return state.keys.map { OutboundResponse(.ok, body: Array($0.utf8)) }
                ?? OutboundResponse(.serviceUnavailable)
        }
    }
}

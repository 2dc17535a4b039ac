internal import InventoryStore
internal import Synchronization

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

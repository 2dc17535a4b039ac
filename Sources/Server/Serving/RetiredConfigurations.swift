internal import Endpoints
internal import RuntimeConfiguration
internal import Synchronization

/// The configurations that reloads replaced, kept until no request and no reactor uses them. A reactor uses a replaced
/// configuration until its next request. Freeing a configuration of ten thousand organizations takes tens of
/// milliseconds, which must not happen on a reactor.
final class RetiredConfigurations: Sendable {
    private let kept = Mutex<[RuntimeConfiguration]>([])

    var count: Int { kept.withLock { $0.count } }

    func keep(_ configuration: RuntimeConfiguration) {
        kept.withLock { $0.append(configuration) }
    }

    /// Frees the configurations that nothing else refers to; for a thread that may take its time.
    func free() {
        var unused: [RuntimeConfiguration] = []
        kept.withLock { kept in
            for index in kept.indices.reversed() where isKnownUniquelyReferenced(&kept[index]) {
                unused.append(kept.remove(at: index))
            }
        }
        // Freed without the lock, so that a reload does not wait.
        unused.removeAll()
    }
}

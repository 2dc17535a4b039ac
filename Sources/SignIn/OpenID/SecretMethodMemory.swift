internal import Synchronization
internal import Time

/// How a token endpoint takes the client's secret, as far as it was found out. It counts until the discovery document
/// changes; another configuration begins without one.
final class SecretMethodMemory: Sendable {
    private struct State {
        /// Under which it was found out.
        var metadata: ProviderMetadata?
        var takesForm = false
        var failedAt: MonotonicTime?
    }

    /// How long background renewals do not ask after both methods failed.
    private static let pause: Duration = .seconds(60)

    private let state = Mutex(State())

    private func look<Value>(_ metadata: ProviderMetadata, _ body: (inout State) -> Value) -> Value {
        state.withLock { state in
            if state.metadata != metadata { state = State(metadata: metadata) }
            return body(&state)
        }
    }

    /// Whether the secret goes into the form, since that worked.
    func takesForm(under metadata: ProviderMetadata) -> Bool { look(metadata) { $0.takesForm } }

    /// Notes that a method worked.
    ///
    /// - Returns: whether that is new.
    @discardableResult
    func worked(byForm: Bool, under metadata: ProviderMetadata) -> Bool {
        look(metadata) { state in
            defer { (state.takesForm, state.failedAt) = (byForm, nil) }
            return state.takesForm != byForm
        }
    }

    func failedBothWays(under metadata: ProviderMetadata, at now: MonotonicTime) {
        look(metadata) { $0.failedAt = now }
    }

    /// Whether both methods failed less than a minute ago.
    func isPausing(under metadata: ProviderMetadata, at now: MonotonicTime) -> Bool {
        look(metadata) { state in state.failedAt.map { !$0.isOver(SecretMethodMemory.pause, at: now) } ?? false }
    }
}

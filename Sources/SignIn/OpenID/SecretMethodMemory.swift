internal import Synchronization
internal import Time

/// The secret method that a token endpoint accepted. It is remembered until the discovery document or the configuration
/// changes.
final class SecretMethodMemory: Sendable {
    private struct State {
        /// The metadata under which the method was found.
        var metadata: ProviderMetadata?
        var takesForm = false
        var failedAt: MonotonicTime?
    }

    /// The pause of background renewals after both methods failed.
    private static let pause: Duration = .seconds(60)

    private let state = Mutex(State())

    private func look<Value>(_ metadata: ProviderMetadata, _ body: (inout State) -> Value) -> Value {
        state.withLock { state in
            if state.metadata != metadata { state = State(metadata: metadata) }
            return body(&state)
        }
    }

    /// Returns true if the secret is sent in the form, because that method succeeded before.
    func takesForm(under metadata: ProviderMetadata) -> Bool { look(metadata) { $0.takesForm } }

    /// Records that a method succeeded.
    ///
    /// - Returns: true if the method changed.
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

    /// Returns true if both methods failed less than a minute ago.
    func isPausing(under metadata: ProviderMetadata, at now: MonotonicTime) -> Bool {
        look(metadata) { state in state.failedAt.map { !$0.isOver(SecretMethodMemory.pause, at: now) } ?? false }
    }
}

internal import AccessUseCases
internal import Credentials
internal import Endpoints
internal import Sockets
internal import Threads
internal import Time
internal import UpstreamGate
internal import Upstreams

/// Watches whether an open connection to an application is still permitted. Used on the handler's reactor.
final class StandingWatch {
    private enum State {
        case decided(Bool)
        /// The store or the provider is asked; the last decision stands until the answer, but not for long.
        case asking(since: MonotonicTime)
    }

    private let handler: GatewayHandler
    private let visit: UpstreamVisit
    private let context: RequestContext
    private let clock: () -> MonotonicTime
    private var state = State.decided(true)

    /// - Parameter clock: measures the wait for an answer; the reactor's clock if it is nil.
    init(
        _ handler: GatewayHandler, _ visit: UpstreamVisit, _ context: RequestContext,
        clock: (() -> MonotonicTime)? = nil
    ) {
        (self.handler, self.visit, self.context) = (handler, visit, context)
        let reactor = handler.reactor
        self.clock = clock ?? { reactor.turn.monotonic }
    }

    /// The longest wait: a request waits for a renewal for two seconds.
    private static let patience: Duration = .seconds(5)

    /// True while the decision waits for the store or for a renewal.
    var isAsking: Bool {
        if case .asking = state { return true }
        return false
    }

    /// Returns false once the connection must end.
    func holds() -> Bool {
        switch state {
        case .decided(false): return false
        case .decided(true): decide(.watching)
        case .asking(let since):
            if since.isOver(StandingWatch.patience, at: clock()) { state = .decided(false) }
        }
        if case .decided(let holds) = state { return holds }
        return true
    }

    private func decide(_ check: AppCheck) {
        guard check.number <= GatewayHandler.mostWaits, let (visit, context) = handler.again(visit, context) else {
            state = .decided(false)
            return
        }
        let turn = Turn(monotonic: handler.reactor.turn.monotonic, wall: handler.services.stores.now())
        switch handler.admit(visit, context, at: turn, check) {
        case .admitted: state = .decided(true)
        case .refused: state = .decided(false)
        case .pending(let wait):
            if case .decided = state { state = .asking(since: clock()) }
            let own = Confined(self, to: handler.reactor.confinement)
            _ = Task.immediate(executorPreference: handler.reactor) {
                let result = await wait()
                own.value.answered(result)
            }
        }
    }

    private func answered(_ result: AppWait) {
        // The time for the answer may be over.
        guard case .asking = state else { return }
        switch result {
        case .refused: state = .decided(false)
        case .checkAgain(let next): decide(next)
        }
        if case .decided(false) = state { handler.proxy.upgradedConnections.recheck() }
    }
}

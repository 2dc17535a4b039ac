internal import AccessUseCases
internal import Credentials
internal import Endpoints
internal import Sockets
internal import Threads
internal import UpstreamGate

/// Watches whether an open connection to an application is still permitted. Used on the handler's reactor.
final class StandingWatch {
    private enum State {
        case decided(Bool)
        /// The store is asked; nothing is known of the session before it answers.
        case asking
    }

    private let handler: GatewayHandler
    private let visit: UpstreamVisit
    private let context: RequestContext
    private var state = State.decided(true)

    init(_ handler: GatewayHandler, _ visit: UpstreamVisit, _ context: RequestContext) {
        (self.handler, self.visit, self.context) = (handler, visit, context)
    }

    /// Returns false once the connection must end. A session that is not in memory is asked for, and the connection ends
    /// if there is no answer by the next call.
    func holds() -> Bool {
        guard case .decided(let isPermitted) = state else {
            state = .decided(false)
            return false
        }
        guard isPermitted else { return false }
        decide(.watching)
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
            state = .asking
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
    }
}

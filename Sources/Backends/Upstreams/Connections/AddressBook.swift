internal import Addresses
internal import Sockets
internal import Text
internal import Threads
internal import Time

/// The numeric addresses of host names, kept for a few seconds. Look-ups run on other threads; one at a time per name.
final class AddressBook: EventHandler {
    /// Looks a name up, and calls the completion once, on any thread. A name without addresses gives none.
    typealias LookUp = @Sendable (String, @escaping @Sendable ([String]) -> Void) -> Void

    private struct Wait {
        let deadline: MonotonicTime
        let continuation: CheckedContinuation<[String]?, Never>
    }

    private struct Entry {
        var addresses: [String] = []
        var validUntil: MonotonicTime?
        var waiting: [Wait] = []
        var isAsked = false
    }

    static let validity: Duration = .seconds(5)
    private static let mostEntries = 256

    private let reactor: Reactor
    private let lookUp: LookUp
    private var entries: [ExactText: Entry] = [:]
    private var timer: RegistrationKey?

    /// - Parameter lookUp: the system's resolver if it is nil.
    init(on reactor: Reactor, lookUp: LookUp?) {
        self.reactor = reactor
        let resolver = NameResolver()
        self.lookUp = lookUp ?? { host, completion in resolver.resolve(host, completion: completion) }
    }

    /// Returns the numeric addresses of a host in the order in which to try them; none if it has none, and nil if they
    /// are not known at the deadline.
    func addresses(of host: String, until deadline: MonotonicTime) async -> [String]? {
        if IPAddress(scoped: host) != nil { return [host] }
        let key = ExactText(host)
        let now = reactor.turn.monotonic
        if let known = entries[key], let validUntil = known.validUntil, now < validUntil { return known.addresses }
        if entries[key] == nil, entries.count >= AddressBook.mostEntries {
            entries = entries.filter { $0.value.isAsked }
        }
        return await withCheckedContinuation { continuation in
            entries[key, default: Entry()].waiting.append(Wait(deadline: deadline, continuation: continuation))
            let timer = timer ?? reactor.addTimer(self)
            self.timer = timer
            reactor.wake(timer, at: deadline)
            if entries[key]?.isAsked == false { ask(key) }
        }
    }

    private func ask(_ key: ExactText) {
        entries[key]?.isAsked = true
        entries[key]?.validUntil = nil
        let (book, reactor) = (Confined(self, to: reactor.confinement), reactor)
        lookUp(key.text) { found in reactor.perform { book.value.answered(key, found) } }
    }

    private func answered(_ key: ExactText, _ found: [String]) {
        guard let waiting = entries[key]?.waiting else { return }
        entries[key] = Entry(addresses: found, validUntil: reactor.turn.monotonic + AddressBook.validity)
        for wait in waiting { wait.continuation.resume(returning: found) }
    }

    func ready(_ readiness: Readiness, at turn: Turn) {}

    /// Ends the waits whose time is over; an answer that comes later is used for later requests.
    func deadlinePassed(at turn: Turn) {
        for key in Array(entries.keys) {
            guard let waiting = entries[key]?.waiting, !waiting.isEmpty else { continue }
            entries[key]?.waiting = waiting.filter { turn.monotonic < $0.deadline }
            for wait in waiting where wait.deadline <= turn.monotonic { wait.continuation.resume(returning: nil) }
        }
    }
}

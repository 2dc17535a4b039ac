internal import Addresses
internal import Sockets
internal import Text
internal import Threads
internal import Time

/// The numeric addresses of host names, kept for a few seconds. Look-ups run on other threads; one at a time per name.
final class AddressBook: EventHandler {
    private struct Entry {
        var addresses: [String] = []
        var validUntil: MonotonicTime?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isAsked = false
    }

    static let validity: Duration = .seconds(5)
    private static let mostEntries = 256

    private let reactor: Reactor
    private let resolver = NameResolver()
    private var entries: [ExactText: Entry] = [:]
    private var timer: RegistrationKey?
    private let timeout: Duration = .seconds(5)

    init(on reactor: Reactor) {
        self.reactor = reactor
    }

    /// Returns the numeric addresses of a host in the order in which to try them; empty if it has none, or if the
    /// look-up takes more than five seconds.
    func addresses(of host: String) async -> [String] {
        if IPAddress(scoped: host) != nil { return [host] }
        let key = ExactText(host)
        let now = reactor.turn.monotonic
        if let known = entries[key], let validUntil = known.validUntil, now < validUntil { return known.addresses }
        if entries[key] == nil, entries.count >= AddressBook.mostEntries {
            entries = entries.filter { $0.value.isAsked }
        }
        await withCheckedContinuation { continuation in
            entries[key, default: Entry()].waiting.append(continuation)
            let timer = timer ?? reactor.addTimer(self)
            self.timer = timer
            reactor.wake(timer, at: now + timeout)
            if entries[key]?.isAsked == false { ask(key) }
        }
        return entries[key]?.addresses ?? []
    }

    private func ask(_ key: ExactText) {
        entries[key]?.isAsked = true
        entries[key]?.validUntil = nil
        let (book, reactor) = (Confined(self, to: reactor.confinement), reactor)
        resolver.resolve(key.text) { found in reactor.perform { book.value.answered(key, found) } }
    }

    private func answered(_ key: ExactText, _ found: [String]) {
        guard var entry = entries[key] else { return }
        entry.isAsked = false
        entry.addresses = found
        entry.validUntil = reactor.turn.monotonic + AddressBook.validity
        resume(&entry)
        entries[key] = entry
    }

    private func resume(_ entry: inout Entry) {
        for continuation in entry.waiting { continuation.resume() }
        entry.waiting = []
    }

    func ready(_ readiness: Readiness, at turn: Turn) {}

    /// Ends the waits of look-ups that take too long; an answer that comes later is used for later requests.
    func deadlinePassed(at turn: Turn) {
        for key in entries.keys where entries[key]?.isAsked == true {
            entries[key]?.addresses = []
            for continuation in entries[key]?.waiting ?? [] { continuation.resume() }
            entries[key]?.waiting = []
        }
    }
}

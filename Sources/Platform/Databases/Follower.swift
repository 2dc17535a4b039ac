internal import Threads
internal import Time

/// What a thread reads with while it takes up changes: the connection that has polled them. It belongs to that thread.
struct TakeUp: Sendable {
    let contact: StoreContact
    let connection: any Connection

    @TaskLocal static var current: TakeUp?
}

/// The thread that takes up what other processes have written, and notices when the contact with the store is lost.
final class Follower: Sendable {
    let signal = FollowerSignal()
    private let engine: any Engine
    private let interval: Duration
    private let contact: StoreContact
    private let onChange: @Sendable (StoreChanges) throws(DatabaseError) -> Void

    init(
        _ engine: any Engine, every interval: Duration?, contact: StoreContact,
        onChange: @escaping @Sendable (StoreChanges) throws(DatabaseError) -> Void
    ) {
        self.engine = engine
        self.interval = interval ?? engine.pollInterval
        self.contact = contact
        self.onChange = onChange
    }

    func close() {
        signal.close()
    }

    func run() {
        let poller = engine.makePoller()
        repeat {
            signal.beginPoll()
            Follower.poll(poller, contact, onChange)
        } while !poller.wait(for: interval, signal)
    }

    /// Polls once. The contact counts from before the poll, and only once its changes are taken up: what is in memory is
    /// not newer.
    static func poll(
        _ poller: any Poller, _ contact: StoreContact, _ onChange: (StoreChanges) throws(DatabaseError) -> Void
    ) {
        let begin = contact.beginPoll()
        guard let reading = poller.changes(after: contact.followed) else { return }
        do throws(DatabaseError) {
            try contact.takeUp(reading, since: begin) { changes throws(DatabaseError) in
                let takeUp = poller.current.map { TakeUp(contact: contact, connection: $0) }
                // A server that falls silent meanwhile is left as soon as one that falls silent during the poll.
                takeUp?.connection.limitWaits(until: begin.time + .seconds(5))
                defer { takeUp?.connection.limitWaits(until: nil) }
                try TakeUp.$current.withValue(takeUp) {
                    Result { () throws(DatabaseError) in try onChange(changes) }
                }.get()
            }
        } catch {
            // The next poll reports the changes again.
            poller.lookAnew()
        }
    }
}

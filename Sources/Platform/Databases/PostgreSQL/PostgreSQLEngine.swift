#if PostgreSQL
    internal import CLinux
    internal import Files
    internal import Glibc
    internal import Synchronization
    internal import Text
    internal import Threads
    internal import Time

    /// A database of PostgreSQL.
    final class PostgreSQLEngine: Engine {
        private struct Outage {
            let until: MonotonicTime
            let error: DatabaseError
        }

        private let address: PostgreSQLAddress
        /// The last failure to connect. Until its end, no thread tries again.
        private let outage = Mutex<Outage?>(nil)

        init(_ address: PostgreSQLAddress) { self.address = address }

        var dialect: SQLDialect { .postgreSQL }
        var place: String { "the PostgreSQL database" }
        var pollInterval: Duration { .milliseconds(500) }

        func connect(for use: ConnectionUse) throws(DatabaseError) -> any Connection {
            try outage.withLock { outage throws(DatabaseError) in
                if let known = outage, MonotonicTime.now() < known.until { throw known.error }
                outage = nil
            }
            do throws(DatabaseError) {
                return try connection(to: address.uri)
            } catch {
                let pause = Duration.milliseconds(Int.random(in: 100...1000))
                outage.withLock { $0 = Outage(until: MonotonicTime.now() + pause, error: error) }
                throw error
            }
        }

        /// Connects for notifications, past a pooler if the address knows a way and it is open.
        fileprivate func connectForFollowing() throws(DatabaseError) -> PostgreSQLConnection {
            guard let direct = address.direct else { return try connection(to: address.uri) }
            do throws(DatabaseError) {
                return try connection(to: direct)
            } catch {
                return try connection(to: address.uri)
            }
        }

        /// True if the connections of requests lead through a pooler, and the address knows a way past it.
        fileprivate var knowsDirectWay: Bool { address.direct != nil }

        private func connection(to uri: String) throws(DatabaseError) -> PostgreSQLConnection {
            // A later keyword replaces an earlier one, so the URI may change these. A dead network is noticed after a few
            // seconds; a standby must never answer.
            var keywords = [
                ("connect_timeout", "3"), ("tcp_user_timeout", "5000"), ("keepalives_idle", "3"),
                ("keepalives_interval", "1"), ("keepalives_count", "3"), ("target_session_attrs", "read-write"),
                ("dbname", uri), ("client_encoding", "UTF8"), ("fallback_application_name", "gatehouse"),
            ]
            if let password = address.password { keywords.append(("password", password)) }
            return try PostgreSQLConnection(keywords)
        }

        func awaitReconnection() {
            SystemThread.pause(for: .milliseconds(Int.random(in: 0...1000)))
        }

        func makePoller() -> any Poller { PostgreSQLPoller(self) }
    }

    /// A poller of a database of PostgreSQL. It listens to notifications if no pooler stands in between.
    private final class PostgreSQLPoller: Poller {
        /// The least time between two polls: many notifications come at once while there are many writes.
        private static let shortest: Duration = .milliseconds(20)

        private let engine: PostgreSQLEngine
        private var connection: PostgreSQLConnection?
        private var channel: String?
        private var wakeUp: Descriptor?
        private var polledAt = MonotonicTime.now()
        private var connectedAt = MonotonicTime.now()
        /// The time after which a way past the pooler is tried again.
        private static let detour: Duration = .seconds(5)

        init(_ engine: PostgreSQLEngine) { self.engine = engine }

        func changes(after version: Int) -> ChangeReading? {
            polledAt = MonotonicTime.now()
            if let connection, connection.isPooled, engine.knowsDirectWay,
                connectedAt + PostgreSQLPoller.detour < polledAt
            {
                lookAnew()
            }
            // A connection that was lost since the last poll costs no time.
            if let connection, let reading = try? reading(after: version, on: connection) { return reading }
            do throws(DatabaseError) {
                return try reading(after: version, on: try connect())
            } catch {
                lookAnew()
                return nil
            }
        }

        private func reading(
            after version: Int, on connection: PostgreSQLConnection
        ) throws(DatabaseError) -> ChangeReading {
            // A dead network is to be noticed before the rows in memory are too old.
            connection.limitWaits(until: polledAt + .seconds(3))
            defer { connection.limitWaits(until: nil) }
            return try connection.read { transaction throws(DatabaseError) in
                try ChangeTable.reading(after: version, transaction)
            }
        }

        private func connect() throws(DatabaseError) -> PostgreSQLConnection {
            let new = try engine.connectForFollowing()
            if !new.isPooled { _ = try new.run("LISTEN gatehouse", []) }
            channel = try Transaction(on: new).first("SELECT current_schema()") { row throws(DatabaseError) in
                row.text(0)
            }
            connection = new
            connectedAt = .now()
            return new
        }

        var current: (any Connection)? { connection }

        func lookAnew() { connection = nil }

        func wait(for interval: Duration, _ signal: FollowerSignal) -> Bool {
            guard let connection, !connection.isPooled, let wakeUp = wakeUpDescriptor(signal) else {
                return signal.wait(for: interval)
            }
            if signal.wait(for: PostgreSQLPoller.shortest) { return true }
            let deadline = polledAt + interval
            while !signal.isClosed {
                let rest = deadline.nanoseconds(since: .now())
                guard rest > 0, !signal.isHurried else { return false }
                var entries = [
                    pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: wakeUp.number, events: Int16(POLLIN), revents: 0),
                ]
                let count =
                    (try? systemCall("poll") { unsafe poll(&entries, 2, Int32(clamping: rest / 1_000_000 + 1)) }) ?? 0
                if entries[1].revents != 0 {
                    var ignored: eventfd_t = 0
                    _ = unsafe eventfd_read(wakeUp.number, &ignored)
                }
                guard count > 0, entries[0].revents != 0 else { continue }
                do throws(DatabaseError) {
                    for schema in try connection.takeNotifications() where channel.map({ schema.isExactly($0) }) ?? true
                    {
                        return false
                    }
                } catch {
                    // The next poll connects again.
                    lookAnew()
                    return false
                }
            }
            return true
        }

        private func wakeUpDescriptor(_ signal: FollowerSignal) -> Descriptor? {
            if let wakeUp { return wakeUp }
            let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
            guard number >= 0 else { return nil }
            let descriptor = Descriptor(number)
            signal.onSignal { _ = eventfd_write(descriptor.number, 1) }
            wakeUp = descriptor
            return descriptor
        }
    }
#endif

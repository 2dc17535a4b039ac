internal import Glibc
internal import Threads
internal import Time

/// The thread that detects writes by other processes and loss of contact with the store.
final class Follower: Sendable {
    private let isClosed = Monitor(false)
    private let path: String
    private let interval: Duration
    private let contact: StoreContact
    private let onChange: @Sendable () throws(DatabaseError) -> Void

    init(
        path: String, every interval: Duration, contact: StoreContact,
        onChange: @escaping @Sendable () throws(DatabaseError) -> Void
    ) {
        self.path = path
        self.interval = interval
        self.contact = contact
        self.onChange = onChange
    }

    func close() {
        isClosed.change { $0 = true }
    }

    func run() {
        let file = FollowedFile(path: path)
        while isClosed.wait(until: MonotonicTime.now() + interval, for: { $0 ? true : nil }) == nil {
            guard file.poll(contact) else { continue }
            do throws(DatabaseError) {
                try onChange()
            } catch {
                // The change was not processed, so the next poll reports it again.
                contact.missed()
                file.lookAnew()
            }
        }
    }
}

/// A poller of the store file for writes by other processes.
final class FollowedFile {
    private let path: String
    private let identity: FileIdentity?
    private var connection: Connection?
    private var lastSeen: Int?

    init(path: String) {
        self.path = path
        identity = FileIdentity(path: path)
    }

    /// Returns true if another process has written since the last poll; touches `contact` if the store responded.
    func poll(_ contact: StoreContact) -> Bool {
        // A file that was moved away or replaced is not the one that other processes write.
        guard identity != nil, FileIdentity(path: path) == identity else { return false }
        do throws(DatabaseError) {
            let open = if let connection { connection } else { try Connection(path: path, for: .reading) }
            connection = open
            let transaction = Transaction(on: open)
            let seen = try transaction.first("PRAGMA data_version") { row throws(DatabaseError) in row.integer(0) }
            var hasChanged = false
            if seen != lastSeen {
                let version = try transaction.first("SELECT version FROM store_version") {
                    row throws(DatabaseError) in row.integer(0)
                }
                hasChanged = version.map { contact.saw($0) } ?? false
                lastSeen = seen
            }
            contact.touch()
            return hasChanged
        } catch {
            lookAnew()
            return false
        }
    }

    /// Makes the next poll open a new connection and report as the first one does.
    func lookAnew() {
        connection = nil
        lastSeen = nil
    }
}

/// The identity of the file at a path.
private struct FileIdentity: Equatable {
    let device: UInt
    let inode: UInt

    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}

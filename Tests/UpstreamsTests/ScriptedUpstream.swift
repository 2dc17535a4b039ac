import GatehouseTesting
import Glibc
import Synchronization
import Threads

/// An upstream whose connections follow a script, each on its own thread. The script is called with the connection and
/// its number from 0.
final class ScriptedUpstream: Sendable {
    private let listener = LoopbackListener()
    private let count = Mutex(0)

    var port: UInt16 { listener.port }
    /// Number of accepted connections.
    var connections: Int { count.withLock { $0 } }

    init(_ script: @escaping @Sendable (RawPeer, Int) -> Void) throws {
        _ = try SystemThread { [weak self, listener] in
            var number = 0
            while let connection = listener.accept() {
                let own = number
                number += 1
                self?.count.withLock { $0 += 1 }
                _ = try? SystemThread { script(RawPeer(connection), own) }
            }
        }
    }

    /// An upstream that answers each request's head with the same octets, then closes.
    convenience init(answering text: String) throws {
        try self.init { peer, _ in
            _ = peer.read(until: "\r\n\r\n")
            peer.send(text)
        }
    }

    deinit { listener.stop() }
}

/// A listening socket of the file system, with one connection.
final class UnixUpstream: Sendable {
    let path: String

    init(in directory: String, answering text: String) throws {
        let path = directory + "/app.sock"
        self.path = path
        let listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The path of a temporary directory is shorter than the field; the structure is a sockaddr of its length.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe Glibc.bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        Glibc.listen(listener, 4)
        _ = try SystemThread {
            let connection = Glibc.accept(listener, nil, nil)
            if connection >= 0 {
                let peer = RawPeer(connection)
                _ = peer.read(until: "\r\n\r\n")
                peer.send(text)
            }
            Glibc.close(listener)
        }
    }
}

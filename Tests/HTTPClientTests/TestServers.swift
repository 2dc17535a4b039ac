import GatehouseTesting
import Glibc
import HTTPMessage
import HTTPServer
import Sockets
import Synchronization
import Threads

@testable import HTTPClient

/// A server in this process that answers by path, over plain HTTP or TLS.
final class TestServer {
    let reactor: Reactor
    let server: Server
    private let thread: SystemThread
    let connections = Connections()

    var port: UInt16 { server.addresses[0].port }

    init(host: String = "127.0.0.1", tls: TLSServerContext? = nil) throws {
        let reactor = try Reactor()
        self.reactor = reactor
        let connections = connections
        server = try Server([SocketAddress(host: host, port: 0)], on: [reactor], tls: { tls }) { _, _ in
            Echo(connections)
        }
        thread = try reactor.start()
    }

    deinit {
        connections.letGo()
        reactor.stop()
        thread.join()
    }

    /// The peers that sent requests.
    final class Connections: Sendable {
        private let list = Mutex<[String]>([])
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
        func note(_ peer: String) { list.withLock { $0.append(peer) } }
        var count: Int { list.withLock { $0.count } }

        /// Returns when the server ends.
        func end() async { await withCheckedContinuation { waiter in waiting.withLock { $0.append(waiter) } } }
        func letGo() { for waiter in waiting.withLock({ exchange(&$0, with: []) }) { waiter.resume() } }
    }

    private final class Echo: RequestHandler {
        let connections: Connections
        init(_ connections: Connections) { self.connections = connections }

        func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
            connections.note(peer)
            switch request.target.path {
            case "/redirect":
                return .now(Response(.seeOther, fields: Fields([(.location, "https://elsewhere.example/")])))
            case "/coding":
                let name = FieldName("Accept-Encoding").flatMap { request.field($0) }
                return .now(Response(.ok, body: Array((name ?? "none").utf8)))
            case "/large": return .now(Response(.ok, body: Array(repeating: 0x78, count: 300_000)))
            case "/stream":
                return .now(
                    Response(.ok, fields: Fields()) { writer in
                        for _ in 0..<50 { try await writer.write(Array(repeating: 0x79, count: 5000)) }
                    })
            case "/never":
                return .later(bodyLimit: 0) { [connections] _ in
                    await connections.end()
                    return Response(.ok)
                }
            default:
                return .later(bodyLimit: 1 << 20) { body in
                    let content = (try? await body.collect()) ?? []
                    let line = "\(request.method.rawValue) \(request.target.path) \(request.field(.host) ?? "") "
                    return Response(.ok, body: Array(line.utf8) + content)
                }
            }
        }

        func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer { .now(Response(fault.status)) }
        func completed(_ exchange: CompletedExchange) {}
    }
}

/// A server that sends given bytes to each client after reading from it, and closes.
final class ScriptedServer: Sendable {
    private let listener = LoopbackListener()

    var port: UInt16 { listener.port }

    init(_ answers: [String], keepsOpen: Bool = false) throws {
        _ = try SystemThread { [listener] in
            for answer in answers {
                guard let connection = listener.accept() else { return }
                var buffer: [UInt8] = Array(repeating: 0, count: 65536)
                _ = unsafe Glibc.read(connection, &buffer, buffer.count)
                let bytes = Array(answer.utf8)
                _ = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                if keepsOpen { _ = unsafe Glibc.read(connection, &buffer, buffer.count) }
                Glibc.close(connection)
            }
        }
    }

    deinit { listener.stop() }
}

/// A proxy that opens one tunnel after the other (RFC 9110, section 9.3.6), and records its requests.
final class TunnelProxy: Sendable {
    private let listener = LoopbackListener()
    private let asked = Mutex<[String]>([])

    var port: UInt16 { listener.port }
    var requests: [String] { asked.withLock { $0 } }

    init(to target: UInt16) throws {
        _ = try SystemThread { [weak self, listener] in
            while let client = listener.accept() {
                var buffer: [UInt8] = Array(repeating: 0, count: 65536)
                let count = unsafe Glibc.read(client, &buffer, buffer.count)
                self?.note(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self))
                let server = LoopbackSocket.connected(to: target)
                let answer = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
                _ = unsafe Glibc.send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
                _ = try? SystemThread { copy(from: client, to: server) }
                _ = try? SystemThread { copy(from: server, to: client) }
            }
        }
    }

    private func note(_ request: String) { asked.withLock { $0.append(request) } }

    deinit { listener.stop() }
}

private func copy(from source: Int32, to sink: Int32) {
    var buffer: [UInt8] = Array(repeating: 0, count: 65536)
    while true {
        let count = unsafe Glibc.read(source, &buffer, buffer.count)
        guard count > 0 else { break }
        _ = unsafe Glibc.send(sink, buffer, count, Int32(MSG_NOSIGNAL))
    }
    Glibc.shutdown(sink, Int32(SHUT_WR))
}

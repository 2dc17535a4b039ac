import Sockets
import TestCertificates
import Testing
import Threads
import Time

@testable import Mail

/// A connection to a mail server that accepts every email. It belongs to its reactor's thread.
private final class TakingConnection: EventHandler {
    private let reactor: Reactor
    private var lines = ["220 hi", "250 mail.example", "250 ok", "250 ok", "354 go", "250 taken"][...]
    private var output: [UInt8] = []
    private var watched: WatchedStream?

    init(_ stream: Stream, on reactor: Reactor) throws {
        self.reactor = reactor
        watched = try WatchedStream(stream, on: reactor, interest: .read, handler: self)
        say()
    }

    private func say() {
        if let line = lines.popFirst() { output += Array("\(line)\r\n".utf8) }
    }

    func ready(_ readiness: Readiness, at turn: Turn) {
        while let watched {
            let isSaying = !output.isEmpty
            let result =
                isSaying
                ? watched.stream.write(output, from: 0) : watched.stream.read(into: &reactor.readBuffer)
            switch result {
            case .count(let count) where isSaying: output.removeFirst(count)
            case .count(let count):
                if reactor.readBuffer.prefix(count).suffix(2).elementsEqual([0x0D, 0x0A]) { say() }
            case .wantRead: return watched.setInterest(.read)
            case .wantWrite: return watched.setInterest(.write)
            case .closed:
                watched.close()
                self.watched = nil
            }
        }
    }

    func deadlinePassed(at turn: Turn) {}
}

@Suite("The authorities of a mail server", .timeLimit(.minutes(1)))
struct AuthoritiesTests {
    @Test("an email goes only to a server whose certificate comes from the route's authorities")
    func authorities() async throws {
        let (own, foreign) = (try TestAuthority(), try TestAuthority())
        let files = try own.issue("IP:127.0.0.1")
        let context = try TLSServerContext(certificateFile: files.certificate, privateKeyFile: files.key)
        let reactor = try Reactor()
        let listener = try Listener(SocketAddress(host: "127.0.0.1", port: 0), on: reactor, tls: { context }) {
            stream in
            // If memory for the registration is short, the connection closes. Otherwise the registration retains it.
            _ = try? TakingConnection(stream, on: reactor)
        }
        try listener.start()
        let port = listener.address.port
        let thread = try reactor.start()
        defer {
            reactor.stop()
            thread.join()
        }
        let client = try SMTPClient()
        defer { client.close() }
        let email = EmailMessage(
            from: try Mailbox("no-reply@acme.example"), to: try Mailbox("pat@acme.example"), subject: "s",
            plainText: "a\n", html: "b\n", messageID: "i@acme.example", date: Timestamp(seconds: 0))
        func route(_ authoritiesFile: String?) -> MailRoute {
            MailRoute(
                host: "127.0.0.1", port: port, isImplicitTLS: true, username: nil, password: nil,
                authoritiesFile: authoritiesFile, clientName: "[127.0.0.1]")
        }
        try await client.deliver(email, by: route(own.file))
        for file in [foreign.file, nil] {
            await #expect { try await client.deliver(email, by: route(file)) } throws: { error in
                (error as? DeliveryError)?.description.contains("TLS failed") ?? false
            }
        }
    }
}

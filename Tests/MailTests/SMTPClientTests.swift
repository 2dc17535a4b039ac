import GatehouseTesting
import Glibc
import Sockets
import Synchronization
import Testing
import Threads
import Time

@testable import Mail

/// A mail server that sends one line after the other, each after reading something, and then closes or hangs.
private final class ScriptedServer: Sendable {
    private let listener = LoopbackListener()
    private let heard = Mutex<[UInt8]>([])

    var port: UInt16 { listener.port }
    var text: String { heard.withLock { String(decoding: $0, as: UTF8.self) } }

    /// - Parameter second: lines for a second connection.
    init(_ lines: [String], then second: [String]? = nil, hangs: Bool = false) throws {
        _ = try SystemThread { [weak self, listener] in
            for lines in [lines] + (second.map { [$0] } ?? []) {
                guard let connection = listener.accept() else { return }
                var buffer: [UInt8] = Array(repeating: 0, count: 65536)
                for (index, line) in lines.enumerated() {
                    if index > 0 {
                        let count = unsafe Glibc.read(connection, &buffer, buffer.count)
                        self?.note(Array(buffer.prefix(max(0, count))))
                    }
                    let bytes = Array("\(line)\r\n".utf8)
                    if !line.isEmpty { _ = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
                }
                // The server reads until the client closes.
                if hangs { while unsafe Glibc.read(connection, &buffer, buffer.count) > 0 {} }
                Glibc.close(connection)
            }
        }
    }

    private func note(_ bytes: [UInt8]) { heard.withLock { $0 += bytes } }

    deinit { listener.stop() }
}

@Suite("Delivery of emails")
struct SMTPClientTests {
    private let email: EmailMessage

    init() throws { email = try EmailMessage.sample(plainText: ".dot\n") }

    private static let good = ["220 hi", "250 mail.example", "250 ok", "250 ok", "354 go", "250 taken"]

    private func deliver(
        to server: ScriptedServer, tls: Bool = false, authoritiesFile: String? = nil
    ) async throws -> DeliveryError? {
        var limits = SMTPLimits()
        (limits.reply, limits.verdict, limits.whole) = (.milliseconds(200), .milliseconds(200), .seconds(10))
        let client = try SMTPClient(limits: limits)
        defer { client.close() }
        do throws(DeliveryError) {
            try await client.deliver(
                email,
                by: MailRoute(
                    host: "127.0.0.1", port: server.port, isImplicitTLS: tls, username: nil, password: nil,
                    authoritiesFile: authoritiesFile, clientName: "[127.0.0.1]"))
            return nil
        } catch {
            return error
        }
    }

    @Test("an email arrives")
    func delivered() async throws {
        let server = try ScriptedServer(SMTPClientTests.good)
        #expect(try await deliver(to: server) == nil)
        #expect(
            server.text.hasPrefix(
                "EHLO [127.0.0.1]\r\nMAIL FROM:<no-reply@acme.example>\r\nRCPT TO:<pat@acme.example>\r\nDATA\r\n"))
        #expect(server.text.hasSuffix("\r\n.\r\n"))
    }

    @Test("a server that stops replying times out at every step", arguments: 1...5)
    func slow(_ step: Int) async throws {
        let server = try ScriptedServer(Array(SMTPClientTests.good.prefix(step)) + [""], hangs: true)
        let failure = try #require(try await deliver(to: server))
        #expect(!failure.isPermanent && failure.description == "the server did not reply in time")
    }

    @Test("an email is not delivered if the server closes the connection before its last reply", arguments: 1...5)
    func dropped(_ step: Int) async throws {
        let server = try ScriptedServer(Array(SMTPClientTests.good.prefix(step)) + [""])
        let failure = try #require(try await deliver(to: server))
        #expect(!failure.isPermanent)
    }

    @Test("a server's refusal is reported")
    func refused() async throws {
        let later = try await deliver(to: ScriptedServer(["220 hi", "250 m", "250 ok", "421 too busy"]))
        #expect(later?.isPermanent == false && later?.description.contains("421 too busy") == true)
        let never = try await deliver(to: ScriptedServer(["220 hi", "250 m", "250 ok", "550 no such user"]))
        #expect(never?.isPermanent == true)
    }

    @Test("a failed STARTTLS stops no email to this machine", arguments: [false, true])
    func failingTLS(_ hangs: Bool) async throws {
        // The server answers the handshake with bytes that are not TLS, or not at all.
        let broken = ["220 hi", "250-m\r\n250 STARTTLS", "220 go"] + (hangs ? [""] : ["500 what?", ""])
        let server = try ScriptedServer(broken, then: SMTPClientTests.good, hangs: hangs)
        #expect(try await deliver(to: server) == nil)
        #expect(server.text.contains("STARTTLS\r\n") && server.text.hasSuffix("\r\n.\r\n"))
    }

    @Test("a connection closed after STARTTLS stops no email to this machine")
    func hangUpAtTLS() async throws {
        // The connection closes after the command was read.
        let server = try ScriptedServer(["220 hi", "250-m\r\n250 STARTTLS", ""], then: SMTPClientTests.good)
        #expect(try await deliver(to: server) == nil)
        #expect(server.text.contains("STARTTLS\r\n") && server.text.hasSuffix("\r\n.\r\n"))
    }

    @Test("the server's certificate is verified by the route's authorities")
    func authorities() async throws {
        let server = try ScriptedServer(SMTPClientTests.good)
        let failure = try #require(try await deliver(to: server, authoritiesFile: "/dev/null"))
        #expect(!failure.isPermanent && failure.description.contains("/dev/null"))
    }

    @Test("a server without TLS, or without a listener, is reported")
    func unreachable() async throws {
        let plain = try await deliver(to: ScriptedServer(["220 hi", "220 hi"]), tls: true)
        #expect(plain?.isPermanent == false && plain?.description.contains("TLS") == true)
        let reserved = LoopbackListener(isListening: false)
        let client = try SMTPClient()
        defer { client.close() }
        await #expect(throws: DeliveryError.self) {
            try await client.deliver(
                email,
                by: MailRoute(
                    host: "127.0.0.1", port: reserved.port, isImplicitTLS: false, username: nil, password: nil,
                    clientName: "x"))
        }
    }
}

import Sockets
import Testing

@testable import Configuration

@Suite("Listen addresses")
struct ListenTests {
    private func settings(_ listen: String, _ more: String = "") throws(ConfigurationError) -> Settings {
        try TestFiles.parse(
            #"{"public_url": "https://a.example", "listen": \#(listen), "storage": "sqlite:g.db"\#(more)}"#)
    }

    @Test(
        "one address and a list are accepted, in their order",
        arguments: [
            (#""127.0.0.1:80""#, ["127.0.0.1:80"]), (#"["127.0.0.1:80"]"#, ["127.0.0.1:80"]),
            (#"["127.0.0.1:80", "[::1]:80", "localhost:81"]"#, ["127.0.0.1:80", "[::1]:80", "localhost:81"]),
            (#"["127.0.0.1:0", "127.0.0.1:81"]"#, ["127.0.0.1:0", "127.0.0.1:81"]),
        ])
    func lists(_ listen: String, _ addresses: [String]) throws {
        let settings = try settings(listen)
        #expect(settings.listen.map(\.description) == addresses && settings.warnings.isEmpty)
    }

    @Test(
        "an address that another one covers is omitted with a warning",
        arguments: [
            (#"["0.0.0.0:80", "[::]:80"]"#, ["[::]:80"], "listen[0]"),
            (#"["[::]:80", "127.0.0.1:80"]"#, ["[::]:80"], "listen[1]"),
            (#"["[::]:80", "localhost:80"]"#, ["[::]:80"], "listen[1]"),
            (#"["0.0.0.0:80", "10.0.0.1:80", "[::1]:80"]"#, ["0.0.0.0:80", "[::1]:80"], "listen[1]"),
            (#"["[::1]:80", "[0:0::1]:80"]"#, ["[::1]:80"], "listen[1]"),
            (#"["[::]:80", "[::]:81", "127.0.0.1:81"]"#, ["[::]:80", "[::]:81"], "listen[2]"),
        ])
    func covered(_ listen: String, _ addresses: [String], _ path: String) throws {
        let settings = try settings(listen)
        #expect(settings.listen.map(\.description) == addresses && settings.warnings.map(\.path) == [path])
    }

    @Test(
        "an invalid list of addresses is refused at its position",
        arguments: [
            ("[]", "listen"), (#"["127.0.0.1:80", 7]"#, "listen[1]"), (#"["127.0.0.1:80", "::1:80"]"#, "listen[1]"),
            (#"["127.0.0.1:80", "127.0.0.1:80"]"#, "listen[1]"), ("8443", "listen"), (#"{"address": "x"}"#, "listen"),
        ])
    func refused(_ listen: String, _ path: String) {
        do throws(ConfigurationError) {
            _ = try settings(listen)
            Issue.record("it was accepted")
        } catch {
            #expect(error.faults.map(\.path) == [path])
        }
    }

    @Test(
        "the admin listener must not share connections with another listener",
        arguments: ["127.0.0.1:81", "0.0.0.0:81", "[::]:81", "[::]:80"])
    func admin(_ address: String) {
        let listen = #"["[::]:80", "127.0.0.1:81"]"#
        do throws(ConfigurationError) {
            _ = try settings(listen, #", "admin_listen": "\#(address)""#)
            Issue.record("it was accepted")
        } catch {
            #expect(error.faults.map(\.path) == ["admin_listen"])
        }
    }

    @Test(
        "storage written as a URL is refused, with the correct spelling",
        arguments: [
            ("sqlite://x.db", "sqlite:x.db"), ("sqlite:///var/lib/x.db", "sqlite:/var/lib/x.db"),
            ("sqlite:////var/lib/x.db", "sqlite:/var/lib/x.db"), ("sqlite://", "sqlite:PATH"),
            ("sqlite://localhost/x", "sqlite:localhost/x"),
        ])
    func storage(_ text: String, _ right: String) {
        let faults = TestFiles.faults(TestFiles.file(#""reactors": 1"#, storage: "\"\(text)\""))
        #expect(faults.count == 1 && faults[0].message.contains("write \"\(right)\""), "\(faults)")
    }
}

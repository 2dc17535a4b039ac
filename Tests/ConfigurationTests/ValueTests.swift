import Testing

@testable import Configuration

@Suite struct ValueTests {
    @Test(
        "origins are written as browsers write them",
        arguments: [
            ("https://Access.Example.com", "https://access.example.com"),
            ("https://a.example:443", "https://a.example"),
            ("https://a.example:8443", "https://a.example:8443"), ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("http://localhost:8080", "http://localhost:8080"),
        ])
    func origins(_ text: String, _ origin: String) throws {
        #expect(try PublicURL(text).origin == origin)
    }

    @Test("texts of a list are the same only if their octets are")
    func listedTexts() throws {
        let provider = #""providers": [{"id":"a","issuer":"https://i","audiences":["caf\u00e9","cafe\u0301"]}]"#
        #expect(try TestFiles.parse(TestFiles.file(provider)).providers.first?.audiences.count == 2)
        let twice = #""providers": [{"id":"a","issuer":"https://i","audiences":["caf\u00e9","caf\u00e9"]}]"#
        #expect(TestFiles.faults(TestFiles.file(twice)).count == 1)
    }
}

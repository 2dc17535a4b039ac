import HTTPMessage
import Synchronization
import Testing

@testable import Server

@Suite("CSV downloads")
struct DownloadTests {
    /// Collects the content of a streamed response.
    private final class Collector: ResponseWriter {
        private let collected = Mutex<[UInt8]>([])
        var bytes: [UInt8] { collected.withLock { $0 } }
        func write(_ bytes: [UInt8]) async throws { collected.withLock { $0 += bytes } }
    }

    private func content(_ answer: TestAnswer) async throws -> [UInt8] {
        switch try #require(answer.response).body {
        case .bytes(let bytes): return bytes
        case .stream(let producer):
            let collector = Collector()
            try await producer(collector)
            return collector.bytes
        case .forwarded, .tunnel:
            Issue.record("the content is another server's")
            return []
        }
    }

    @Test("a page's download begins with a byte order mark for spreadsheets; the API's does not")
    func marks() async throws {
        let world = try GatewayWorld()
        let manager = try await world.browser("carla")
        for (path, isMarked) in [
            ("/organizations/acme?format=csv", true), ("/organizations/acme/audit?format=csv", true),
            ("/organizations/acme/audit?format=jsonl", false), ("/api/v1/organizations/acme/workspaces", false),
            ("/api/v1/organizations/acme/audit-events", false),
        ] {
            let answer = try await manager.send("GET", path, fields: ["Accept: text/csv"])
            let content = try await content(answer)
            #expect(answer.status == 200 && !content.isEmpty)
            #expect(content.starts(with: [0xEF, 0xBB, 0xBF]) == isMarked, "\(path)")
        }
    }
}

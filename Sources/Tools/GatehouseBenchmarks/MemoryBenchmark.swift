import Cryptography
import Glibc
import Identities
import Time
import Tokens
import WorkspaceMetrics

/// Measures the memory that hostile input takes: an import with one ignored element, and ten thousand maximally dense
/// tokens in one verifier's cache.
func benchmarkMemory() async throws {
    print("Memory taken by input")
    try await importIgnoredElement()
    try verifyDenseTokens()
}

private func importIgnoredElement() async throws {
    let temporary = try TemporaryStore([MetricsStore.schema])
    let store = MetricsStore(database: temporary.database)
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let before = residentMebibytes()
    var source = IgnoredElement()
    _ = try store.replaceInventoryBlocking(of: organization, from: &source)
    report("  one ignored element of 62 MiB, peak in MiB beyond the start", count: peakMebibytes() - before)
}

/// The document `{"ignored":[[1,1,…]],"workspaces":[]}` in pieces of 64 KiB.
private struct IgnoredElement: BlockingInventorySource {
    private var pieces = 0
    private static let count = 62 << 4
    private static let ones = Array(repeating: Array("1,".utf8), count: 32 << 10).flatMap { $0 }

    mutating func next() -> [UInt8]? {
        defer { pieces += 1 }
        switch pieces {
        case 0: return Array("{\"ignored\":[[".utf8)
        case 1...IgnoredElement.count: return IgnoredElement.ones
        case IgnoredElement.count + 1: return Array("1]],\"workspaces\":[]}".utf8)
        default: return nil
        }
    }
}

private func verifyDenseTokens() throws {
    let sample = try SampleToken(.ed25519, .edDSA, payload: [])
    let verifier = BearerTokenVerifier([sample.provider], cacheSize: 10_000)
    let dense = Array(repeating: "1", count: 5000).joined(separator: ",")
    let before = residentMebibytes()
    for number in 0..<10_000 {
        let payload =
            "{\"iss\":\"https://acme.okta.example/oauth2/default\",\"sub\":\"s\(number)\",\"aud\":[\"api://gatehouse\"],"
            + "\"iat\":1767225600,\"exp\":1767229200,\"x\":[\(dense)]}"
        let token = try sample.sign(Array(payload.utf8))
        consume(try verifier.verify(token.span, at: sample.now))
    }
    report("  10000 dense tokens in one verifier's cache, in MiB", count: residentMebibytes() - before)
    withExtendedLifetime(verifier) {}
}

private func residentMebibytes() -> Double { status("VmRSS:") }
private func peakMebibytes() -> Double { status("VmHWM:") }

private func status(_ name: String) -> Double {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 8192)
    let count = unsafe fread(&buffer, 1, buffer.count, file)
    for line in String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n") where line.hasPrefix(name)
    {
        return (line.split(separator: " ").dropLast().last.flatMap { Double($0) } ?? 0) / 1024
    }
    return 0
}

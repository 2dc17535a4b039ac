import Cryptography
import Databases
import Glibc
import Sessions
import Time
import Tokens

/// Measures thousands of sessions: the memory they take, and the cost of looking one up.
func benchmarkSessions() async throws {
    let sample = try SampleToken(.ed25519, .edDSA)
    let verifier = BearerTokenVerifier([sample.provider], cacheSize: 0)
    for count in [1000, 100_000] {
        let temporary = try TemporaryStore([SessionStore.schema])
        let database = temporary.database
        let box = try SealedBox(keys: [RandomBytes.make(32)])
        let store = SessionStore(database: database, sealingWith: box, memory: 1 << 30)
        print("\(count) sessions")
        let before = residentMemory()
        let start = MonotonicTime.now()
        let keys = try await begin(count, store, sample, verifier)
        let spent = Double(MonotonicTime.now().nanoseconds(since: start))
        report("  one session, durable, 64 at once", spent / Double(count))
        report("  memory of all sessions (MiB)", megabytes: residentMemory() - before)
        var index = 0
        let found = nanosecondsPerCall {
            index = (index + 7919) % keys.count
            consume(store.cached(keys[index]))
        }
        report("  found in memory", found)
        store.seal(with: box)
        let first = MonotonicTime.now()
        for step in 0..<500 { consume(try await store.session(keys[step * 7919 % keys.count])) }
        report("  found in the store", Double(MonotonicTime.now().nanoseconds(since: first)) / 500)
    }
}

private func begin(
    _ count: Int, _ store: SessionStore, _ sample: SampleToken, _ verifier: BearerTokenVerifier
) async throws -> [SessionKey] {
    var keys: [SessionKey] = []
    while keys.count < count {
        let batch = try (0..<min(64, count - keys.count)).map { _ in
            // As in real sign-ins, each session has its own claims.
            NewSession(
                token: try SessionToken.make(), claims: try verifier.verify(sample.token.span, at: sample.now),
                refreshToken: nil, idToken: nil, address: "192.0.2.1", userAgent: "benchmark")
        }
        keys += try await withThrowingTaskGroup(of: SessionKey.self) { group in
            for new in batch { group.addTask { try await store.begin(new, replacing: nil).get().key } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
    return keys
}

/// Returns the current resident memory in MiB (proc(5), `statm`).
private func residentMemory() -> Double {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line: [CChar] = Array(repeating: 0, count: 128)
    // fgets(3) writes at most the given count.
    guard unsafe fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
}

import DemoProvider
import DemoSites
import Glibc
import HTTPClient
import HTTPMessage
import Time

/// A soak test: a demo provider, a gateway, the load, and one line of measurements per minute.
struct Soak {
    private let options: SoakOptions
    private let files: SoakFiles

    init(_ options: SoakOptions) throws {
        self.options = options
        files = try SoakFiles()
    }

    /// - Returns: true if no measurement degraded.
    func run() async throws -> Bool {
        let provider = files.provider()
        try SoakStore.fill(files, provider, options)
        let server = try DemoServer(provider, listen: files.providerListen)
        try server.start()
        defer { server.stop() }
        let gateway = try LoadedGateway(files, program: options.gateway)
        let http = try HTTPClient()
        defer { http.close() }
        do {
            try await waitUntilReady(http, gateway)
            if options.people > 0 { try await measureMembers(http) }
            let minutes = try await load(http, provider, gateway)
            let hasEnded = gateway.stop()
            return report(SoakDrift(minutes).faults + (hasEnded ? [] : ["the gateway did not end with exit code 0"]))
        } catch {
            _ = gateway.stop()
            throw error
        }
    }

    private func waitUntilReady(_ http: HTTPClient, _ gateway: LoadedGateway) async throws {
        for _ in 0..<300 {
            var client = SoakClient(http, origin: "http://\(files.adminListen)")
            if let response = try? await client.send(.get, "/readyz"), response.status.code == 200 { return }
            if gateway.hasEnded { throw SoakError("the gateway did not start; see \(files.directory)/gateway.log") }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SoakError("the gateway is not ready after 30 seconds")
    }

    private func tokens(_ provider: DemoProvider) throws -> [String] {
        let now = Timestamp.now()
        return try (0..<200).map { number in
            try provider.sign(
                SoakFiles.claims(issuer: files.issuer, subject: "program-\(number)", groups: "\"soc-2\"", at: now))
        }
    }

    private func load(
        _ http: HTTPClient, _ provider: DemoProvider, _ gateway: LoadedGateway
    ) async throws -> [SoakMinute] {
        let metrics = SoakMetrics()
        let begin = MonotonicTime.now()
        let load = SoakLoad(
            http, origin: files.publicURL, tokens: try tokens(provider), metrics: metrics,
            end: begin + .seconds(60 * options.minutes))
        say(SoakTable.head)
        async let isDone: Void = load.run()
        var minutes: [SoakMinute] = []
        for number in 1...options.minutes {
            let end = begin + .seconds(60 * number)
            try await Task.sleep(for: .nanoseconds(Int64(end.nanoseconds(since: .now()))))
            var minute = metrics.take()
            minute.residentMemory = gateway.residentMemory
            minute.openDescriptors = gateway.openDescriptors
            minute.store = LoadedGateway.size(of: files.storePath)
            minute.log = LoadedGateway.size(of: files.storePath + "-wal")
            minutes.append(minute)
            say(SoakTable.line(number, minute))
            if gateway.hasEnded { throw SoakError("the gateway ended in minute \(number)") }
        }
        try await isDone
        for (kind, detail) in metrics.errors { say("first error of \(kind.rawValue): \(detail)") }
        return minutes
    }

    private func report(_ faults: [String]) -> Bool {
        for fault in faults { say("worse: \(fault)") }
        if faults.isEmpty { say("no drift") }
        return faults.isEmpty
    }

    /// Measures pages of the members list before any other load.
    private func measureMembers(_ http: HTTPClient) async throws {
        var client = SoakClient(http, origin: files.publicURL)
        try await client.signIn(SoakPeople.manager.id)
        let list = "/api/v1/organizations/acme/members"
        // Ids are base64url. The last page begins after the ids that begin with "zz".
        let last = "zz" + String(repeating: "A", count: 20)
        say("GET …/members of \(options.people) users under \(options.rules) rules")
        for round in ["first", "second", "third"] {
            var words: [String] = []
            for (name, query) in [
                ("limit=5", "limit=5"), ("limit=50", "limit=50"), ("last page", "limit=50&cursor=\(last)"),
            ] {
                let begun = MonotonicTime.now()
                let answer = try await client.send(.get, "\(list)?\(query)")
                guard answer.status.code == 200 else { throw SoakError("members: \(answer.status.code)") }
                let milliseconds = Double(MonotonicTime.now().nanoseconds(since: begun)) / 1e6
                words.append("\(name) \(SoakTable.rounded(milliseconds)) ms")
            }
            say("  \(round): " + words.joined(separator: ", "))
            try await Task.sleep(for: .seconds(10))
        }
    }

    /// Prints a line without buffering, even into a file or a pipe.
    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

import Demo
import HTTPClient
import HTTPMessage
import JSON
import Time

/// The lanes of a mixed load. Each lane sends one kind of request repeatedly until the end.
struct SoakLoad: Sendable {
    let http: HTTPClient
    let origin: String
    /// Bearer tokens of viewers.
    let tokens: [String]
    let metrics: SoakMetrics
    let end: MonotonicTime
    private let path = "/api/v1/organizations/acme"

    init(_ http: HTTPClient, origin: String, tokens: [String], metrics: SoakMetrics, end: MonotonicTime) {
        (self.http, self.origin, self.tokens, self.metrics, self.end) = (http, origin, tokens, metrics, end)
    }

    func run() async throws {
        var manager = SoakClient(http, origin: origin)
        try await manager.signIn(SoakPeople.manager.id)
        let signedIn = manager
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<4 { group.addTask { await bearer(lane) } }
            for lane in 0..<2 { group.addTask { await session(lane) } }
            group.addTask { await pages(signedIn) }
            group.addTask { await members(signedIn) }
            group.addTask { await renewals() }
            group.addTask { await signIns() }
            group.addTask { await invitations(signedIn) }
            group.addTask { await mappings(signedIn) }
            group.addTask { await audit(signedIn) }
            group.addTask { await refused() }
        }
    }

    private var isOver: Bool { MonotonicTime.now() >= end }

    /// Sends one request of a kind, and records its latency and whether its status is the expected one.
    private func measure(
        _ kind: LoadKind, expecting status: Int, _ body: () async throws -> OutboundResponse
    ) async -> OutboundResponse? {
        let begun = MonotonicTime.now()
        do {
            let response = try await body()
            metrics.count(kind, microseconds: MonotonicTime.now().nanoseconds(since: begun) / 1000)
            guard response.status.code == status else {
                metrics.countError(
                    kind,
                    "\(response.status.code) \(String(decoding: response.body.prefix(200), as: UTF8.self))")
                return nil
            }
            return response
        } catch {
            metrics.countError(kind, "\(error)")
            return nil
        }
    }

    private func pause(_ duration: Duration) async {
        try? await Task.sleep(for: duration)
    }

    private func bearer(_ lane: Int) async {
        var client = SoakClient(http, origin: origin)
        var number = lane
        while !isOver {
            client.token = tokens[number % tokens.count]
            _ = await measure(.bearer, expecting: 200) { try await client.send(.get, "\(path)/workspaces?limit=10") }
            number += 7
        }
    }

    private func session(_ lane: Int) async {
        var client = SoakClient(http, origin: origin)
        do {
            try await client.signIn(SoakPeople.viewers[lane].id)
        } catch {
            return metrics.countError(.session, "\(error)")
        }
        while !isOver {
            _ = await measure(.session, expecting: 200) { try await client.send(.get, "\(path)/summary") }
        }
    }

    private func pages(_ manager: SoakClient) async {
        var client = manager
        let paths = ["", "/members", "/claim-mappings", "/audit", "/claim-mappings/explain"]
        var number = 0
        while !isOver {
            let page = "/organizations/acme" + paths[number % paths.count]
            _ = await measure(.page, expecting: 200) { try await client.send(.get, page, accept: "text/html") }
            number += 1
            await pause(.milliseconds(50))
        }
    }

    private func members(_ manager: SoakClient) async {
        var client = manager
        var (number, cursor): (Int, String?) = (0, nil)
        while !isOver {
            let query = "limit=\(number % 2 == 0 ? 5 : 50)" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = await measure(.members, expecting: 200) {
                try await client.send(.get, "\(path)/members?\(query)")
            }
            cursor = page.flatMap { try? JSONDocument(parsing: $0.body).root.member("next_cursor")?.string }
            number += 1
            await pause(.milliseconds(100))
        }
    }

    /// Sends requests in sessions that were idle until their renewal was due.
    private func renewals() async {
        var clients: [SoakClient] = []
        for person in SoakPeople.viewers.suffix(20) {
            var client = SoakClient(http, origin: origin)
            do {
                try await client.signIn(person.id)
                clients.append(client)
            } catch {
                metrics.countError(.renewal, "\(error)")
            }
        }
        while !isOver {
            await pause(.seconds(11))
            for index in clients.indices where !isOver {
                _ = await measure(.renewal, expecting: 200) { try await clients[index].send(.get, "\(path)/summary") }
            }
        }
    }

    /// Signs users in. The last hundred stay signed in. Every tenth user is a stranger, who is denied.
    private func signIns() async {
        var signedIn: [SoakClient] = []
        var number = 10
        while !isOver {
            let isStranger = number % 10 == 0
            let person =
                isStranger
                ? SoakPeople.strangers[number / 10 % SoakPeople.strangers.count]
                : SoakPeople.viewers[number % 400 + 10]
            var client = SoakClient(http, origin: origin)
            let begun = MonotonicTime.now()
            do {
                try await client.signIn(person.id)
                metrics.count(.signIn, microseconds: MonotonicTime.now().nanoseconds(since: begun) / 1000)
                signedIn.append(client)
            } catch {
                metrics.countError(.signIn, "\(error)")
            }
            if signedIn.count > 100 {
                var oldest = signedIn.removeFirst()
                let token = oldest.formToken ?? ""
                _ = try? await oldest.send(.post, "/auth/logout", form: [("csrf_token", token)], accept: "text/html")
            }
            number += 1
            await pause(.milliseconds(250))
        }
    }

    private func invitations(_ manager: SoakClient) async {
        var client = manager
        var number = 0
        while !isOver {
            let body = "{\"email\":\"guest-\(number)@acme.example\",\"role\":\"organization-viewer\"}"
            let made = await measure(.invitation, expecting: 201) {
                try await client.send(.post, "\(path)/invitations", json: body)
            }
            if let id = made.flatMap({ try? JSONDocument(parsing: $0.body).root.member("id")?.string }) {
                _ = await measure(.invitation, expecting: 204) {
                    try await client.send(.delete, "\(path)/invitations/\(id)")
                }
            }
            _ = await measure(.invitation, expecting: 200) {
                try await client.send(.get, "\(path)/invitations?limit=50")
            }
            number += 1
            await pause(.milliseconds(500))
        }
    }

    private func mappings(_ manager: SoakClient) async {
        var client = manager
        var number = 0
        while !isOver {
            let rule =
                "{\"claim_name\":\"groups\",\"claim_value\":\"guests-\(number)\",\"role\":\"organization-viewer\"}"
            let made = await measure(.mapping, expecting: 201) {
                try await client.send(.post, "\(path)/claim-mappings", json: rule)
            }
            await pause(.milliseconds(1000))
            if let id = made.flatMap({ try? JSONDocument(parsing: $0.body).root.member("id")?.string }) {
                _ = await measure(.mapping, expecting: 204) {
                    try await client.send(.delete, "\(path)/claim-mappings/\(id)")
                }
            }
            number += 1
            await pause(.milliseconds(1000))
        }
    }

    private func audit(_ manager: SoakClient) async {
        var client = manager
        while !isOver {
            for query in ["limit=50", "limit=20&action=sign_in", "limit=20&actor=viewer-7"] where !isOver {
                _ = await measure(.audit, expecting: 200) {
                    try await client.send(.get, "\(path)/audit-events?\(query)")
                }
                await pause(.milliseconds(200))
            }
        }
    }

    /// Sends tokens with invalid signatures, slowly enough that the address is not blocked.
    private func refused() async {
        var client = SoakClient(http, origin: origin)
        var number = 0
        while !isOver {
            let token = tokens[number % tokens.count]
            client.token = String(token.dropLast(8)) + "AAAAAAAA"
            _ = await measure(.refused, expecting: 401) { try await client.send(.get, "\(path)/workspaces") }
            number += 1
            await pause(.milliseconds(500))
        }
    }
}

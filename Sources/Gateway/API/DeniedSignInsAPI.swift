internal import Cryptography
internal import Databases
internal import JSON
internal import Organizations
internal import Policy
internal import Sessions
internal import Time

/// Sign-ins that earned no role here: what managers mend mappings by.
struct DeniedSignInsAPI: Sendable {
    let service: SignInService

    /// A page, the newest first.
    func list(_ permit: Permit, _ items: [(name: String, value: String)]?) async -> Reply {
        guard let items else { return MetricsAPI.brokenQuery }
        var limit = 50
        var before: (at: Int64, id: String)?
        for (name, value) in items where !value.isEmpty {
            switch name {
            case "limit":
                guard let number = Int(value), (1...500).contains(number) else {
                    return invalid("limit", "has to be a number from 1 to 500")
                }
                limit = number
            case "cursor":
                guard let cursor = cursor(value) else { return invalid("cursor", "is not one that was given out here") }
                before = cursor
            default: break
            }
        }
        do throws(DatabaseError) {
            let found = try await service.denied.list(
                of: permit.organization.text, before: before, limit: limit + 1, now: service.now())
            return page(Array(found.prefix(limit)), hasMore: found.count > limit)
        } catch {
            return .problem(Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment."))
        }
    }

    private func page(_ items: [DeniedSignIn], hasMore: Bool) -> Reply {
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for denied in items {
            writer.beginObject()
            writer.member("id", denied.id)
            writer.member("timestamp", denied.timestamp.rfc3339)
            writer.member("provider", denied.provider)
            writer.member("issuer", denied.issuer)
            writer.member("subject", denied.subject)
            writer.member("email", denied.email)
            writer.member("reason", denied.reason)
            writer.name("claims")
            writer.raw(denied.claims)
            writer.name("rows")
            writer.raw(denied.rows)
            writer.endObject()
        }
        writer.endArray()
        let last = hasMore ? items.last : nil
        writer.member(
            "next_cursor", last.map { Base64URL.encode(Array("\($0.timestamp.seconds) \($0.id)".utf8)) })
        writer.endObject()
        return .json(writer.bytes)
    }

    private func cursor(_ text: String) -> (at: Int64, id: String)? {
        guard let bytes = Base64URL.decode(text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 2, let at = Int64(parts[0]) else { return nil }
        return (at, String(parts[1]))
    }

    private func invalid(_ parameter: String, _ detail: String) -> Reply {
        .problem(
            Problem(
                .invalidRequest, detail: "The query is not valid: \(parameter) \(detail).",
                faults: [Problem.Fault(pointer: parameter, detail: detail)]))
    }
}

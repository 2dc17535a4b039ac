internal import Audit
internal import Databases
internal import JSON
internal import Organizations
internal import Policy
internal import Time

/// The audit log of an organization. Reading it is not recorded in it.
struct AuditAPI: Sendable {
    let service: SignInService

    /// A page, the newest first.
    func list(_ permit: Permit, _ items: [(name: String, value: String)]?) async -> Reply {
        guard let items else { return MetricsAPI.brokenQuery }
        var query = AuditLog.Query()
        var seen: Set<String> = []
        for (name, value) in items where ["from", "to", "actor", "action", "limit", "cursor"].contains(name) {
            guard seen.insert(name).inserted else { return invalid(name, "stands here a second time") }
            if value.isEmpty { continue }
            switch name {
            case "from", "to":
                guard let moment = Timestamp(rfc3339: value) else {
                    return invalid(name, "has to be a time such as 2026-01-31T12:00:00Z")
                }
                if name == "from" { query.from = moment } else { query.to = moment }
            case "actor":
                guard value.utf8.count <= 255, !value.utf8.contains(0) else {
                    return invalid(name, "has to be at most 255 bytes")
                }
                query.actor = value
            case "action":
                guard let action = AuditAction(rawValue: value) else {
                    let known = AuditAction.allCases.map(\.rawValue).joined(separator: ", ")
                    return invalid(name, "has to be one of \(known)")
                }
                query.action = action
            case "limit":
                guard let number = Int(value), (1...500).contains(number) else {
                    return invalid(name, "has to be a number from 1 to 500")
                }
                query.limit = number
            default:
                guard let number = Int(value), number > 0 else {
                    return invalid(name, "is not one that was given out here")
                }
                query.before = number
            }
        }
        return await page(permit.organization, query)
    }

    private func page(_ organization: OrganizationID, _ query: AuditLog.Query) async -> Reply {
        var wider = query
        wider.limit += 1
        let asked = wider
        do throws(DatabaseError) {
            let events = try await service.database.read { transaction throws(DatabaseError) in
                try AuditLog.events(of: organization, asked, transaction)
            }
            let shown = events.prefix(query.limit)
            var writer = JSONWriter(reservingCapacity: 4096)
            writer.beginObject()
            writer.name("items")
            writer.beginArray()
            for event in shown { writer.raw(event.json) }
            writer.endArray()
            writer.member("next_cursor", events.count > query.limit ? shown.last.map { String($0.sequence) } : nil)
            writer.endObject()
            return .json(writer.bytes)
        } catch {
            return .problem(Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment."))
        }
    }

    private func invalid(_ parameter: String, _ detail: String) -> Reply {
        .problem(
            Problem(
                .invalidRequest, detail: "The query is not valid: \(parameter) \(detail).",
                faults: [Problem.Fault(pointer: parameter, detail: detail)]))
    }
}

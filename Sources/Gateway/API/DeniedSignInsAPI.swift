internal import Cryptography
internal import Databases
internal import Identities
internal import JSON
internal import Policy
internal import Sessions
internal import Time

/// Sign-ins that gave no role here, from which managers correct mappings.
struct DeniedSignInsAPI: Sendable {
    let service: SignInService

    /// Lists a page, newest first.
    func list(_ permit: Permit, _ items: [(name: String, value: String)]?) async -> Reply {
        do throws(Problem) {
            let query = try ListQuery(items)
            let place = try query.place()
            let found: (items: [DeniedSignIn], hasMore: Bool)
            do throws(DatabaseError) {
                found = try await service.denied.list(
                    of: permit.organization, before: place, limit: query.limit, now: service.now())
            } catch {
                throw Problem(.unavailable, detail: "The store cannot be reached. Try again in a moment.")
            }
            return page(found.items, hasMore: found.hasMore)
        } catch {
            return .problem(error)
        }
    }

    private func page(_ items: [DeniedSignIn], hasMore: Bool) -> Reply {
        let last = hasMore ? items.last : nil
        let next = last.map { ListQuery.cursor(at: $0.timestamp, $0.id) }
        return .json(
            ListQuery.write(items, next: next) { writer, denied in
                writer.member("id", denied.id)
                writer.member("timestamp", denied.timestamp.rfc3339)
                writer.member("provider", denied.provider.text)
                writer.member("issuer", denied.identity.issuer.text)
                writer.member("subject", denied.identity.subject.text)
                writer.member("email", denied.email?.spelling)
                writer.member("reason", denied.reason)
                writer.name("claims")
                writer.raw(denied.claims)
                writer.name("rows")
                writer.raw(denied.rows)
            })
    }
}

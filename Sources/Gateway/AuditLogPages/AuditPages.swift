package import AccessUseCases
internal import Audit
internal import ClaimMapping
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Text
internal import Web

/// The page of an organization's audit log.
package struct AuditPages: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "auditPage", .get, Paths.audit, .page, .permitted(.readAudit, .later(audit)),
                isExport: { $0.query["format"].flatMap { AuditExport.Format(name: $0) } != nil })
        ]
    }

    /// A page of the log, or with `format` an export of all matching events.
    private func audit(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let (management, request) = (management.management(context, permitted), context.request)
        let account = permitted.caller.account
        let filter = AuditFilter(request.target.queryItems, in: account.times.zone)
        let asked = try AuditLog.Query(page: request.target.queryItems.map { _ in filter.items })
        if let name = context.query["format"], let format = AuditExport.Format(name: name) {
            if let fault = filter.faults.first { throw ListQuery.invalid(fault.key.text, fault.value) }
            guard request.method != .head else { return AuditExport.head(format) }
            return try await AuditExport(
                management: management, context: context, query: asked, format: format, isMarked: true
            ).reply()
        }
        let found: AuditListing =
            filter.faults.isEmpty
            ? try await management.auditListing(asked) : .empty
        let number = max(1, min(context.query["page"].flatMap { Int($0) } ?? 1, 1_000_000))
        let ranks = try await management.ranks()
        let configuration = context.configuration
        var providers: [ExactText: String] = [:]
        for id in permitted.organization.rules.providers { providers[ExactText(id.text)] = configuration.name(of: id) }
        var names = AuditNames(organization: permitted.header.id.text, providers: providers, ranks: ranks)
        let entries = try await management.offReactor { found.events.compactMap { AuditEntry($0.json) } }
        let denied = entries.filter(\.isDeniedSignIn).compactMap(\.actor?.identity)
        names.requests = try await management.accessRequests(of: Set(denied))
        let (header, shownNames) = (permitted.header, names)
        return try await management.offReactor {
            let page = AuditPage(
                account: account, organization: header, filter: filter,
                listing: AuditPage.Listing(
                    entries: entries, number: number, total: found.total,
                    isBounded: found.isBounded, newerThan: number > 1 ? found.events.first?.sequence : nil,
                    olderThan: found.hasMore ? found.events.last?.sequence : nil), names: shownNames)
            return .page(.ok, page.document)
        }
    }
}

package import AccessUseCases
internal import ClaimMapping
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Text
internal import Web

/// The API for claim mappings.
package struct MappingsAPI: Sendable {
    let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "claimMappings", .get, MappingsAPI.mappings, .api, .permitted(.readMembers, .later(list)),
                documentation: EndpointDocumentation(
                    summary: "All rules by rank, starting with those of the configuration file",
                    parameters: [.limit, .cursor], results: .list("ClaimMapping"), statuses: [304])),
            Endpoint(
                "claimMappings", .post, MappingsAPI.mappings, .api, .permitted(.writeMappings, .json(add)),
                documentation: EndpointDocumentation(
                    summary: "Add a rule", parameters: [.confirm, .ifMatch], content: "ClaimMappingDraft", status: 201,
                    results: .one("ClaimMapping"), statuses: [409, 412])),
            Endpoint(
                "claimMapping", .get, MappingsAPI.mapping, .api, .permitted(.readMembers, .later(mapping)),
                documentation: EndpointDocumentation(
                    summary: "One rule", results: .one("ClaimMapping"), statuses: [304])),
            Endpoint(
                "claimMapping", .patch, MappingsAPI.mapping, .api, .permitted(.writeMappings, .json(change)),
                documentation: EndpointDocumentation(
                    summary: "Change or move a rule", parameters: [.confirm, .ifMatch], content: "ClaimMappingChange",
                    results: .one("ClaimMapping"), statuses: [409, 412])),
            Endpoint(
                "claimMapping", .delete, MappingsAPI.mapping, .api, .permitted(.writeMappings, .later(remove)),
                documentation: EndpointDocumentation(
                    summary: "Remove a rule", parameters: [.confirm, .ifMatch], status: 204, statuses: [409, 412])),
            Endpoint(
                "claimMappingsExplain", .post, "/api/v1/organizations/{org}/claim-mappings/explain", .api,
                .permitted(.readMembers, .json(explain)),
                documentation: EndpointDocumentation(
                    summary: "Explain each rule's verdict on a token, on claims, or on a user who signed in",
                    content: "ExplainRequest", results: .one("Explanation"))),
            Endpoint(
                "claimMappingsPreview", .post, "/api/v1/organizations/{org}/claim-mappings/preview", .api,
                .permitted(.writeMappings, .json(preview)),
                documentation: EndpointDocumentation(
                    summary: "Preview which users gain, lose or change a role",
                    content: "PreviewRequest", results: .one("Preview"))),
        ]
    }

    private static let mappings: PathTemplate = "/api/v1/organizations/{org}/claim-mappings"
    private static let mapping: PathTemplate = "/api/v1/organizations/{org}/claim-mappings/{id}"

    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = try ListQuery(context.request.target.queryItems)
        let table = try await management.mappings()
        // The page begins after the last rule of the previous page, or, if that rule is gone, at its rank.
        var rest = table.all[...]
        if let cursor = query.cursor {
            guard let (digits, id) = cursor.cut(at: "."), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                digits.utf8.first != UInt8(ascii: "0"), let rank = Int(digits)
            else { throw ListQuery.unknownCursor }
            // If the rule moved down, some rules may appear twice, and none is left out.
            let last = table.row(String(id)).flatMap { $0.rank <= rank ? $0.rank : nil } ?? rank - 1
            rest = rest.drop { $0.rank <= last }
        }
        let shown = Array(rest.prefix(query.limit))
        let next = rest.count > query.limit ? shown.last.map { "\($0.rank).\($0.id)" } : nil
        return try await management.offReactor {
            let bytes = ListQuery.write(shown, next: next) { writer, row in
                row.write(to: &writer, isOfFile: table.isOfFile(row.id))
            }
            return .document(.ok, bytes, location: nil, tag: table.tag)
        }
    }

    private func mapping(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        guard let row = table.row(context.variable("id")) else { throw Problem.notFound }
        return try await MappingsAPI.document(.ok, row, of: table, management)
    }

    private func add(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        var reader = FieldReader(root)
        let change = try MappingChangeBuilder(table: table).read(&reader) { $0.addition(&$1) }
        let (row, now) = try await management.change(
            change, of: table.file, ifTag: context.requiredTag(table, management), isConfirmed: context.confirmsOwnLoss)
        return try await MappingsAPI.document(.created, row, of: now, management)
    }

    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        guard let row = table.row(context.variable("id")) else { throw Problem.notFound }
        try MappingsAPI.guardStored(row, table)
        var reader = FieldReader(root)
        let change = try MappingChangeBuilder(table: table).read(&reader) { $0.replacement(&$1, of: row) }
        let (changed, now) = try await management.change(
            change, of: table.file, ifTag: context.requiredTag(table, management), isConfirmed: context.confirmsOwnLoss)
        return try await MappingsAPI.document(.ok, changed, of: now, management)
    }

    private func remove(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        guard let row = table.row(context.variable("id")) else { throw Problem.notFound }
        try MappingsAPI.guardStored(row, table)
        _ = try await management.change(
            .remove(row.id), of: table.file, ifTag: context.requiredTag(table, management),
            isConfirmed: context.confirmsOwnLoss)
        return .noContent
    }

    private func preview(
        _ context: RequestContext, _ permitted: PermittedCaller, _ root: JSONValue
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let table = try await management.mappings()
        let changes = try await management.offReactor { () -> Result<[MappingChange], Problem> in
            Result { () throws(Problem) in try MappingChangeBuilder(table: table).changes(root) }
        }
        let preview = try await management.preview(changes.get())
        return try await management.offReactor {
            var writer = JSONWriter(reservingCapacity: 2048)
            preview.write(to: &writer)
            return .json(writer.bytes)
        }
    }

    // MARK: Parts

    private static func guardStored(_ row: Mapping, _ table: MappingTable) throws(Problem) {
        guard !table.isOfFile(row.id) else {
            throw Problem(
                .conflict,
                detail: "This rule is in the configuration file. The operator of the gateway changes it there.",
                reason: "file")
        }
    }

    private static func document(
        _ status: Status, _ row: Mapping, of table: MappingTable, _ management: ManagementRequest
    ) async throws(Problem) -> Reply {
        var writer = JSONWriter()
        writer.beginObject()
        row.write(to: &writer, isOfFile: table.isOfFile(row.id))
        writer.endObject()
        let tag = try await management.offReactor { table.tag }
        let path = MappingsAPI.mapping.path(management.id.text, row.id)
        return .document(status, writer.bytes, location: status == .created ? path : nil, tag: tag)
    }
}

extension RequestContext {
    /// The tag that the rules must still have inside the transaction that changes them; nil without `If-Match`.
    ///
    /// - Throws: `precondition_failed` if `If-Match` does not name these rules.
    fileprivate func requiredTag(
        _ table: MappingTable, _ management: ManagementRequest
    ) async throws(Problem) -> String? {
        let fields = request.fields(.ifMatch)
        // `*` names every state of the rules (RFC 9110, section 13.1.1).
        guard !fields.isEmpty, !fields.contains(where: { $0.trimmingBlanks().isExactly("*") }) else { return nil }
        let tag = try await management.offReactor { table.tag }
        guard EntityTag(tag).isNamed(byIfMatch: fields.joined(separator: ", ")) else {
            throw Problem.rulesChanged
        }
        return tag
    }
}

internal import Databases
internal import HTTPMessage
internal import Identities
internal import Inventory
internal import JSON
internal import Text

/// The results of the API. The caller must already have a permit for the organization.
extension MetricsStore {
    /// Returns a page in JSON, or all matches of the query in the other formats.
    func workspaces(
        of organization: OrganizationID, _ query: WorkspaceQuery, as format: Representation.Format
    ) -> Representation {
        let snapshot = snapshot(of: organization)
        let tag = RepresentationTag.make(
            version: snapshot.tag, organization.text, format.rawValue, String(query.fingerprint, radix: 36),
            String(query.limit), query.cursor?.text ?? "")
        return Representation(format, entityTag: tag) {
            switch format {
            case .json: snapshot.page(query).json
            case .csv: snapshot.csv(query)
            case .spreadsheet: CSV.mark + snapshot.csv(query)
            }
        }
    }

    /// Returns one row, or nil if the workspace does not exist.
    func workspace(_ id: String, of organization: OrganizationID) -> Representation? {
        let snapshot = snapshot(of: organization)
        guard let row = snapshot.row(id: id) else { return nil }
        let tag = RepresentationTag.make(version: snapshot.tag, organization.text, "workspace", id)
        return Representation(.json, entityTag: tag) { row.json }
    }

    func summary(of organization: OrganizationID, _ license: License) -> Representation {
        let snapshot = snapshot(of: organization)
        let licensed = Metric.allCases.map { license[$0].map { String($0) } ?? "-" }.joined(separator: ",")
        let tag = RepresentationTag.make(version: snapshot.tag, organization.text, "summary", licensed)
        return Representation(.json, entityTag: tag) { snapshot.summary(license).json }
    }

    /// Returns one workspace in the publishers' format, or nil if it does not exist.
    func inventoryDocument(
        ofWorkspace id: String, of organization: OrganizationID
    ) async throws(MetricsError) -> Representation? {
        guard let (workspace, version) = try await inventoryWorkspace(id, of: organization) else { return nil }
        let tag = RepresentationTag.make(version: version, organization.text, "inventory", id)
        return Representation(.json, entityTag: tag) {
            var writer = JSONWriter(reservingCapacity: 1 << 14)
            writer.workspace(workspace)
            return writer.bytes
        }
    }

    /// Parses `{"changes":[…]}` and applies the changes, all or none.
    func change(
        _ organization: OrganizationID, body: [UInt8],
        if authorization: any WriteAuthorization = OperatorAuthorization()
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let parsed = try await computing { () throws(InventoryRefusal) in try InventoryChange.list(parsing: body) }
        switch parsed {
        case .success(let changes):
            return try await apply(
                changes, at: changes.indices.map { "/changes/\($0)" }, to: organization, if: authorization)
        case .failure(let refusal):
            return .failure(refusal)
        }
    }

    /// Parses a workspace, and adds it or replaces the one with this id.
    func putWorkspace(
        _ id: String, of organization: OrganizationID, body: [UInt8],
        if authorization: any WriteAuthorization = OperatorAuthorization()
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let parsed = try await computing { () throws(InventoryRefusal) in
            try InventoryChange.workspace(parsing: body, id: id)
        }
        switch parsed {
        case .success(let workspace):
            return try await apply([.putWorkspace(workspace)], at: [""], to: organization, if: authorization)
        case .failure(let refusal):
            return .failure(refusal)
        }
    }

    /// Runs a parser on a store thread, because megabytes of JSON would block the caller's thread.
    private func computing<Value: Sendable>(
        _ body: @escaping @Sendable () throws(InventoryRefusal) -> Value
    ) async throws(MetricsError) -> Result<Value, InventoryRefusal> {
        do {
            return try await database.compute { Result { () throws(InventoryRefusal) in try body() } }
        } catch {
            throw .store(error)
        }
    }
}

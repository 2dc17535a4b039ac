internal import Databases
internal import HTTPMessage
internal import Identities
internal import Inventory
internal import JSON
internal import Text
internal import Time

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
        let (definitions, today) = (settings[organization].definitions, today)
        let tag = RepresentationTag.make(
            version: snapshot.tag, organization.text, "summary", license.fingerprint, today.text,
            String(snapshot.isRecounting(by: definitions)))
        return Representation(.json, entityTag: tag) {
            snapshot.summary(license, today: today, by: definitions).json
        }
    }
}

package import Identities
package import Inventory
public import InventoryStore
public import Text
public import Time

/// An organization's metrics at one version, for one request. Reading them neither waits nor uses the database.
public struct MetricsReading: Sendable {
    let organization: OrganizationID
    let snapshot: MetricsSnapshot
    let license: License
    let definitions: MetricDefinitions
    /// The day under way, in UTC.
    let today: CalendarDay

    /// - Parameters:
    ///   - license: the organization's license in force.
    ///   - definitions: the organization's definitions in force.
    ///   - today: the day under way, in UTC.
    package init(
        _ organization: OrganizationID, _ snapshot: MetricsSnapshot, _ license: License,
        by definitions: MetricDefinitions, today: CalendarDay
    ) {
        (self.organization, self.snapshot, self.license) = (organization, snapshot, license)
        (self.definitions, self.today) = (definitions, today)
    }

    /// A number that differs between versions with different rows. It does not depend on the license.
    public var version: Int { snapshot.stamp }

    /// Returns true if computing the result would block a reactor for too long.
    public func isLong(_ query: WorkspaceQuery, as format: Representation.Format = .json) -> Bool {
        snapshot.isLong(query, as: format)
    }

    /// Returns a page of workspaces as `{"items":[…],"next_cursor":…}`, or all matches of the query as CSV or JSON.
    public func workspaces(
        _ query: WorkspaceQuery, as format: Representation.Format = .json
    ) -> Representation {
        let tag = tag(
            format.rawValue, String(query.fingerprint, radix: 36), String(query.limit), query.cursor?.text ?? "",
            query.filter == .large ? licensed : "")
        let (snapshot, license) = (snapshot, license)
        return Representation(format, entityTag: tag) {
            switch format {
            case .json: snapshot.page(query, license).json
            case .allJSON: snapshot.allJSON(query, license)
            case .csv: snapshot.csv(query, license)
            case .spreadsheet: CSV.mark + snapshot.csv(query, license)
            }
        }
    }

    /// Returns one workspace's row, or nil if the organization has no workspace with this id.
    public func workspace(id: String) -> Representation? {
        guard let row = snapshot.row(id: id) else { return nil }
        return Representation(.json, entityTag: tag("workspace", id)) { row.json }
    }

    /// Returns the organization's totals and its license limits.
    public func summary() -> Representation {
        let tag = tag(
            "summary", license.fingerprint, today.text, String(snapshot.isRecounting(by: definitions)))
        return Representation(.json, entityTag: tag) { [self] in totals().json }
    }

    /// Returns a page of workspaces as values, for HTML pages.
    public func page(_ query: WorkspaceQuery) -> WorkspaceList { snapshot.page(query, license) }

    /// Returns the rows of a numbered page and the numbers of matches, for HTML pages. Visits all rows if the query may
    /// leave some out.
    ///
    /// - Parameter number: the page, from 1; a page after the last one is the last one.
    public func table(_ query: WorkspaceQuery, page number: Int) -> WorkspaceTablePage {
        snapshot.table(query, license, page: number)
    }

    /// Returns the row of a workspace, or nil if the organization has no workspace with this id.
    public func row(id: String) -> WorkspaceRow? { snapshot.row(id: id) }

    /// Returns the number of workspaces of each owner among some, by address in lower case (ASCII).
    public func workspaceCounts(of owners: [WorkspaceOwner]) -> [ExactText: Int] {
        let wanted = Set(owners.map { ExactText($0.email.text) })
        var counts: [ExactText: Int] = [:]
        for row in snapshot.rows {
            for owner in row.owners {
                let address = ExactText(owner.email.text)
                if wanted.contains(address) { counts[address, default: 0] += 1 }
            }
        }
        return counts
    }

    /// The time of the last publication of any workspace; nil if it is not known.
    public var publishedAt: Timestamp? { snapshot.rows.lazy.compactMap(\.publishedAt).max() }

    /// Returns the totals and license limits as values, for HTML pages.
    public func totals() -> MetricsSummary { snapshot.summary(license, today: today, by: definitions) }

    private var licensed: String {
        Metric.allCases.map { license[$0].map { String($0) } ?? "-" }.joined(separator: ",")
    }

    private func tag(_ parts: String...) -> String {
        RepresentationTag.make(
            version: snapshot.state.tag,
            [organization.text, String(snapshot.version), String(snapshot.baseDay.number)] + parts)
    }
}

import GatehouseTesting
import Identities
import Inventory
import JSON
import Testing
import Time

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

/// A point of usage history, as the API writes it.
struct UsagePoint: Equatable, CustomTestStringConvertible {
    let date: String
    let isProvisional: Bool?
    /// The figures in the order of the metrics.
    let figures: [Int?]

    var testDescription: String { "\(date) \(figures)" }
}

extension TestStore {
    /// Sets the calendar clock to a date and time.
    func set(_ time: String) throws {
        let moment = try #require(Timestamp(rfc3339: time))
        clock.advance(moment.since(clock.now))
    }

    /// Publishes a number of billed workflows, and deletes the workflows beyond it.
    func publish(_ workflows: Int, in workspace: String = "soc", _ organization: OrganizationID = .acme) async throws {
        let current = store.snapshot(of: organization).row(id: workspace)
        var changes: [String] = []
        if current == nil {
            changes.append(#"{"op":"put_workspace","workspace":{"id":"\#(workspace)","name":"\#(workspace)"}}"#)
        }
        let before = current?.counts.workflows ?? 0
        for number in min(before, workflows)..<max(before, workflows) {
            changes.append(
                before < workflows
                    ? #"{"op":"put_workflow","workspace":"\#(workspace)","workflow":{"id":"w\#(number)","published":true,"trigger":"webhook"}}"#
                    : #"{"op":"delete_workflow","workspace":"\#(workspace)","id":"w\#(number)"}"#)
        }
        guard !changes.isEmpty else { return }
        _ = try await change(changes.joined(separator: ","), organization).get()
    }

    /// The points of a query; nil if the query names a workspace without history.
    func usage(_ query: [String: String] = [:], _ organization: OrganizationID = .acme) async throws -> [UsagePoint]? {
        let parameters = query.map { (name: $0.key, value: $0.value) }
        let query = try UsageQuery(parameters, today: store.today)
        guard let found = try await store.usage(of: organization, query) else { return nil }
        let root = try JSONDocument(parsing: found.body()).root
        #expect(root.member("interval")?.string == query.interval.rawValue)
        return root.member("items")?.elements.map { item in
            UsagePoint(
                date: item.member("date")?.string ?? "", isProvisional: item.member("provisional")?.boolean,
                figures: Metric.allCases.map { item.member($0.rawValue)?.integer.flatMap(Int.init(exactly:)) })
        }
    }

    /// The workflows of each point of a query.
    func workflows(_ query: [String: String], _ organization: OrganizationID = .acme) async throws -> [Int?]? {
        try await usage(query, organization)?.map { $0.figures[0] }
    }
}

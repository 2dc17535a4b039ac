import GatehouseTesting
import Identities
import Inventory
import Snapshots
import Testing
import WorkspaceMetrics

@testable import Server

@Suite("Metrics of organizations")
struct OrganizationGaugesTests {
    private let world: GatewayWorld
    private let maintenance: Maintenance

    init() throws {
        world = try GatewayWorld()
        maintenance = Maintenance(world.configurations, world.services, metrics: world.store)
    }

    private func lines(_ name: String) -> [String] {
        world.gatewayMetrics.render(droppedLogLines: 0).split(separator: "\n")
            .filter { $0.hasPrefix(name) }.map { String($0) }
    }

    @Test("organizations have their workspaces and the used shares of their licenses")
    func figures() async throws {
        try world.reload(
            rewriting: (#""name": "Acme","#, #""name": "Acme", "license": {"workflow_editors": 4, "runners": 0},"#))
        await maintenance.perform(0)
        #expect(
            lines("gatehouse_workspaces") == [
                #"gatehouse_workspaces{organization="acme"} 1"#, #"gatehouse_workspaces{organization="globex"} 0"#,
            ])
        #expect(
            lines("gatehouse_license_used_ratio") == [
                #"gatehouse_license_used_ratio{organization="acme",metric="workflow_editors"} 0.25"#
            ])
        #expect(lines("gatehouse_metrics_organizations_left_out") == ["gatehouse_metrics_organizations_left_out 0"])
    }

    @Test("at most 1,000 organizations have series, and a figure tells how many are left out")
    func bound() async throws {
        let names = (0..<1003).map { "o\($0)" }
        world.configurations.publish(try StaticKeys().configuration(organizations: names))
        await maintenance.perform(0)
        #expect(lines("gatehouse_workspaces").count == 1000)
        #expect(lines("gatehouse_metrics_organizations_left_out") == ["gatehouse_metrics_organizations_left_out 3"])
    }
}

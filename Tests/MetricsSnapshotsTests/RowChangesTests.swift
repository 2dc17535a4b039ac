import GatehouseTesting
import Inventory
import Testing
import Time

@testable import MetricsSnapshots

@Suite("Changes of sorted rows")
struct RowChangesTests {
    private func row(_ id: Int, _ name: String, _ workflows: Int) -> WorkspaceRow {
        var counts = MetricCounts()
        counts.workflows = workflows
        return WorkspaceRow(Workspace(id: "ws\(id)", name: name), counts: counts, owners: [])
    }

    @Test("any sequence of changes equals sorting from scratch, whether few or many rows change", arguments: 0..<20)
    func property(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        func name() -> String { "Workspace \(random.next(below: 40))" }
        var model: [Int: WorkspaceRow] = [:]
        for id in 0..<400 { model[id] = row(id, name(), random.next(below: 9)) }
        let orders = [RowOrder(), RowOrder(sort: .metric(.workflows)), RowOrder(sort: .name, isDescending: true)]
        var sorted = orders.map { SortedChunks(model.values, by: $0) }
        var ids = SortedChunks(model.values, by: RowIDOrder())
        for _ in 0..<20 {
            var changes = RowChanges()
            for id in Set((0..<random.pick([1, 5, 200])).map { _ in random.next(below: 420) }) {
                let old = model[id]
                switch random.next(below: 6) {
                case 0:
                    if let old { changes.remove(old) }
                    model[id] = nil
                    continue
                case 1: model[id] = row(id, name(), random.next(below: 9))
                case 2: model[id] = row(id, old?.name ?? name(), old?.counts.workflows ?? 0)
                default: model[id] = row(id, old?.name ?? name(), random.next(below: 9))
                }
                if let new = model[id] { changes.replace(old, with: new) }
            }
            for index in sorted.indices { sorted[index].apply(changes) }
            ids.apply(changes)
            for rows in sorted {
                #expect(rows.elementsEqual(model.values.sorted(by: rows.order.precedes), by: ===))
            }
            #expect(ids.elementsEqual(model.values.sorted(by: ids.order.precedes), by: ===))
        }
    }

    @Test("an order that no request reads is given up after as many changes as there are rows")
    func givenUp() {
        let rows = (0..<300).map { row($0, "Workspace \($0)", $0) }
        let order = RowOrder(sort: .metric(.workflows))
        var orders = ArrangedOrders()
        orders.add(SortedChunks(rows, by: order))
        var changes = RowChanges()
        for row in rows.prefix(100) { changes.replace(row, with: row) }
        for _ in 0..<5 {
            for _ in 0..<3 { orders.apply(changes) }
            #expect(orders.rows(in: order)?.count == 300)
        }
        for _ in 0..<3 { orders.apply(changes) }
        #expect(orders.contains(order))
        orders.apply(changes)
        #expect(!orders.contains(order))
    }
}

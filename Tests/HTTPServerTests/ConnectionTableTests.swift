import Testing

@testable import HTTPServer

@Suite("Choice of the connection to close")
struct ConnectionTableTests {
    private final class Client {
        let name: String
        init(_ name: String) { self.name = name }
    }

    private typealias Table = ConnectionTable<String, Client>

    private func table(_ clients: [(name: String, address: String?)]) -> (Table, [String: Table.Slot]) {
        var table = Table()
        var slots: [String: Table.Slot] = [:]
        for (name, address) in clients { slots[name] = table.insert(Client(name), from: address) }
        return (table, slots)
    }

    @Test("the chosen connection is the one longest without a complete request, of the address with the most")
    func order() throws {
        var (table, slots) = table([("quiet", "a"), ("flood 1", "b"), ("flood 2", "b"), ("new", "c")])
        #expect(table.victim(sparing: { _ in false })?.name == "flood 1")
        table.requestArrived(try #require(slots["flood 1"]))
        #expect(table.victim(sparing: { _ in false })?.name == "flood 2")
        table.remove(try #require(slots["flood 2"]))
        #expect(table.victim(sparing: { _ in false })?.name == "quiet", "all addresses hold one: the oldest goes")
        table.requestArrived(try #require(slots["quiet"]))
        #expect(table.victim(sparing: { _ in false })?.name == "new")
        #expect(table.victim(from: "b", sparing: { _ in false })?.name == "flood 1")
        #expect(table.victim(from: "z", sparing: { _ in false }) == nil)
    }

    @Test("a connection whose request is being answered is chosen last")
    func served() {
        let (table, _) = table([("old", "a"), ("a2", "b"), ("b2", "b"), ("new", "c")])
        #expect(table.victim { $0.name == "a2" }?.name == "b2")
        #expect(table.victim { ["a2", "b2"].contains($0.name) }?.name == "old")
        #expect(table.victim { $0.name != "new" }?.name == "new")
        #expect(table.victim { _ in true }?.name == "a2")
        #expect(table.victim(from: "b") { $0.name == "a2" }?.name == "b2")
        #expect(table.victim(from: "b") { _ in true }?.name == "a2")
    }

    @Test("connections of a peer that forwards for many clients count individually")
    func proxies() throws {
        let (table, _) = table([("p1", nil), ("p2", nil), ("p3", nil), ("x1", "x"), ("x2", "x")])
        #expect(table.victim(sparing: { _ in false })?.name == "x1")
        #expect(table.count == 5)
    }

    @Test("an empty table chooses none, and free places are reused")
    func reuse() throws {
        var (table, slots) = table([("a", "1"), ("b", "1")])
        for slot in slots.values { table.remove(slot) }
        #expect(table.victim(sparing: { _ in false }) == nil)
        #expect(table.count(from: "1") == 0)
        let slot = table.insert(Client("c"), from: "2")
        #expect(table.victim(sparing: { _ in false })?.name == "c")
        table.requestArrived(slot)
        table.remove(slot)
        #expect(table.connections.isEmpty)
    }

    @Test("the choice agrees with a model that sorts")
    func model() {
        var generator = SystemRandomNumberGenerator()
        var table = Table()
        var model: [(client: Client, address: String, slot: Table.Slot)] = []
        for step in 0..<4000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let client = Client("\(step)")
                let address = "\(Int.random(in: 0..<6, using: &generator))"
                model.append((client, address, table.insert(client, from: address)))
            case 2 where !model.isEmpty:
                let index = Int.random(in: 0..<model.count, using: &generator)
                table.remove(model.remove(at: index).slot)
            case 3 where !model.isEmpty:
                let moved = model.remove(at: Int.random(in: 0..<model.count, using: &generator))
                table.requestArrived(moved.slot)
                model.append(moved)
            default: break
            }
            let sizes = Dictionary(grouping: model, by: \.address).mapValues(\.count)
            let largest = sizes.values.max() ?? 0
            #expect(table.victim(sparing: { _ in false }) === model.first { sizes[$0.address] == largest }?.client)
            #expect(table.count == model.count)
            if let address = model.last?.address {
                #expect(
                    table.victim(from: address, sparing: { _ in false })
                        === model.first { $0.address == address }?.client)
                #expect(table.count(from: address) == sizes[address])
            }
        }
    }
}

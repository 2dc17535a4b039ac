public import Databases
internal import Testing

/// The behaviours that every store must keep, checked for one store.
public struct StoreConformance<Store: Sendable>: Sendable {
    /// The schemas of the database.
    public var schemas: [Schema]
    /// Makes the store in a database, which may have rows of an earlier one.
    public var open: @Sendable (Database) throws -> Store
    /// Writes the item with this number.
    public var write: @Sendable (Store, Int) async throws -> Void
    /// Returns the items of a store in the order in which it lists them, as texts.
    public var read: @Sendable (Store) async throws -> [String]
    /// The items that ``read`` returns after those with the numbers 1 to 5 were written, in any order.
    public var listed: [String]
    /// Attempts a write that fails or is refused after it began, and returns true if it was; nil if there is none.
    public var refuse: (@Sendable (Store) async throws -> Bool)?
    /// Statements that damage the rows of item 3.
    public var damage: [String]

    public init(
        schemas: [Schema], listed: [String], damage: [String], open: @escaping @Sendable (Database) throws -> Store,
        write: @escaping @Sendable (Store, Int) async throws -> Void,
        read: @escaping @Sendable (Store) async throws -> [String],
        refuse: (@Sendable (Store) async throws -> Bool)? = nil
    ) {
        (self.schemas, self.listed, self.damage) = (schemas, listed, damage)
        (self.open, self.write, self.read, self.refuse) = (open, write, read, refuse)
    }

    public func verify() async throws {
        try await keepsOrder()
        try await rollsBack()
        for statement in damage { try await survives(statement) }
    }

    private func filled(_ numbers: [Int] = [4, 1, 5, 3, 2]) async throws -> (place: TemporaryStore, store: Store) {
        let place = try TemporaryStore(schemas)
        let store = try open(place.database)
        for number in numbers { try await write(store, number) }
        return (place, store)
    }

    /// The order of items is the store's own, not that of the writes, and another process reads the same.
    private func keepsOrder() async throws {
        for numbers in [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [4, 1, 5, 3, 2]] {
            let (place, store) = try await filled(numbers)
            #expect(try await read(store) == listed, "written in the order \(numbers)")
            let database = try place.reopened()
            #expect(try await read(open(database)) == listed, "reopened")
            database.close()
        }
    }

    /// A refused write leaves no trace, in the database or in memory, and the next one succeeds.
    private func rollsBack() async throws {
        guard let refuse else { return }
        let (place, store) = try await filled([1, 2, 3, 4])
        let (content, items) = (try await place.content(), try await read(store))
        #expect(try await refuse(store), "the write was not refused")
        #expect(try await place.content() == content, "the refused write left rows")
        #expect(try await read(store) == items)
        try await write(store, 5)
        #expect(try await read(store) == listed)
    }

    /// Damaged rows of one item crash nothing: reading fails with the database's error or returns the intact items,
    /// and writing goes on.
    private func survives(_ statement: String) async throws {
        let (place, _) = try await filled()
        try await #require(place.execute(statement) > 0, "\(statement) changed no row")
        let database = try place.reopened()
        let store = try open(database)
        do {
            let items = Set(try await read(store))
            #expect(items.isSuperset(of: listed.filter { $0 != listed[listed.count / 2] }), "\(statement)")
        } catch is DatabaseError {}
        try await write(store, 3)
        database.close()
    }
}

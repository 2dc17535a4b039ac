/// The open connections of one reactor, ordered by the arrival of their last complete request and counted per address.
///
/// If there are too many, the table selects the connection to close. It is the one longest without a complete request,
/// first from the address with the most connections. A flood from one address therefore displaces its own connections.
/// A flood from many addresses displaces the oldest ones, while a client that sends its request at once is served.
/// A connection whose request is being answered is closed last: its response may take longer than a flood needs to
/// displace it.
///
/// Entries are in one array and linked by index, so that a request moves its connection to the end without allocation
/// or reference counting.
struct ConnectionTable<Address: Hashable, Connection: AnyObject> {
    /// The index of a connection in the table, valid until it is removed.
    struct Slot: Hashable {
        fileprivate let index: Int32
    }

    private struct Entry {
        var connection: Connection?
        var group: Int32
        var previous: Int32
        var next: Int32
    }

    /// The connections of one address.
    private struct Group {
        var address: Address?
        var count: Int
    }

    private static var none: Int32 { -1 }

    private var entries: [Entry] = []
    private var freeEntries: [Int32] = []
    private var groups: [Group] = []
    private var freeGroups: [Int32] = []
    private var groupOfAddress: [Address: Int32] = [:]
    /// Number of groups per group size; ``largestGroup`` is its last index with a value other than zero.
    private var groupsOfSize = [0, 0]
    private var largestGroup = 0
    private var first = none
    private var last = none

    private(set) var count = 0

    init() {}

    /// Adds a connection at the end of the order.
    ///
    /// - Parameter address: nil for a peer that forwards for many clients; each of its connections counts alone.
    mutating func insert(_ connection: Connection, from address: Address?) -> Slot {
        let entry = Entry(
            connection: connection, group: group(of: address), previous: ConnectionTable.none,
            next: ConnectionTable.none)
        let index: Int32
        if let free = freeEntries.popLast() {
            index = free
            entries[Int(free)] = entry
        } else {
            index = Int32(entries.count)
            entries.append(entry)
        }
        append(index)
        count += 1
        return Slot(index: index)
    }

    mutating func remove(_ slot: Slot) {
        unlink(slot.index)
        resizeGroup(entries[Int(slot.index)].group, by: -1)
        entries[Int(slot.index)].connection = nil
        freeEntries.append(slot.index)
        count -= 1
    }

    /// Moves a connection to the end of the order after a complete request has arrived.
    mutating func requestArrived(_ slot: Slot) {
        guard last != slot.index else { return }
        unlink(slot.index)
        append(slot.index)
    }

    /// Returns the number of connections from an address.
    func count(from address: Address) -> Int {
        groupOfAddress[address].map { groups[Int($0)].count } ?? 0
    }

    /// The next connection to close.
    ///
    /// - Parameter isServed: returns true if a connection's request is being answered.
    func victim(sparing isServed: (Connection) -> Bool) -> Connection? {
        func isLargest(_ entry: Entry) -> Bool { groups[Int(entry.group)].count == largestGroup }
        return firstConnection { isLargest($0) && !($0.connection.map(isServed) ?? true) }
            ?? firstConnection { !($0.connection.map(isServed) ?? true) } ?? firstConnection(where: isLargest)
    }

    /// Returns the next connection of one address to close.
    func victim(from address: Address, sparing isServed: (Connection) -> Bool) -> Connection? {
        guard let group = groupOfAddress[address] else { return nil }
        return firstConnection { $0.group == group && !($0.connection.map(isServed) ?? true) }
            ?? firstConnection { $0.group == group }
    }

    var connections: [Connection] { entries.compactMap(\.connection) }

    private func firstConnection(where matches: (Entry) -> Bool) -> Connection? {
        var index = first
        while index != ConnectionTable.none {
            let entry = entries[Int(index)]
            if matches(entry) { return entry.connection }
            index = entry.next
        }
        return nil
    }

    // MARK: Order

    private mutating func append(_ index: Int32) {
        entries[Int(index)].previous = last
        entries[Int(index)].next = ConnectionTable.none
        if last == ConnectionTable.none { first = index } else { entries[Int(last)].next = index }
        last = index
    }

    private mutating func unlink(_ index: Int32) {
        let (previous, next) = (entries[Int(index)].previous, entries[Int(index)].next)
        if previous == ConnectionTable.none { first = next } else { entries[Int(previous)].next = next }
        if next == ConnectionTable.none { last = previous } else { entries[Int(next)].previous = previous }
    }

    // MARK: Groups

    private mutating func group(of address: Address?) -> Int32 {
        if let address, let known = groupOfAddress[address] {
            resizeGroup(known, by: 1)
            return known
        }
        let group = Group(address: address, count: 0)
        let index: Int32
        if let free = freeGroups.popLast() {
            index = free
            groups[Int(free)] = group
        } else {
            index = Int32(groups.count)
            groups.append(group)
        }
        if let address { groupOfAddress[address] = index }
        resizeGroup(index, by: 1)
        return index
    }

    private mutating func resizeGroup(_ index: Int32, by change: Int) {
        let old = groups[Int(index)].count
        let new = old + change
        groups[Int(index)].count = new
        if groupsOfSize.count <= new { groupsOfSize.append(0) }
        if old > 0 { groupsOfSize[old] -= 1 }
        if new > 0 { groupsOfSize[new] += 1 }
        if new > largestGroup { largestGroup = new }
        while largestGroup > 0, groupsOfSize[largestGroup] == 0 { largestGroup -= 1 }
        guard new == 0 else { return }
        if let address = groups[Int(index)].address { groupOfAddress[address] = nil }
        groups[Int(index)].address = nil
        freeGroups.append(index)
    }
}

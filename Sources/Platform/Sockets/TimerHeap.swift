internal import Time

/// Deadlines in order: a binary heap, earliest first. Entries are never removed early; whoever is woken looks whether
/// the deadline still holds.
struct TimerHeap {
    struct Entry {
        let deadline: MonotonicTime
        let key: RegistrationKey
    }

    private var entries: [Entry] = []

    var earliest: MonotonicTime? { entries.first?.deadline }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// The earliest entry, where it is due.
    mutating func removeDue(at now: MonotonicTime) -> Entry? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].deadline < entries[least].deadline {
                least = child
            }
            guard least != parent else { break }
            entries.swapAt(parent, least)
            parent = least
        }
        return first
    }
}

/// Names a registration at a reactor: its slot, and which of all registrations that slot ever had. A stale event or
/// timer never reaches who came later.
public struct RegistrationKey: Sendable, Hashable {
    let slot: UInt32
    let generation: UInt32

    var userData: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    init(userData: UInt64) {
        slot = UInt32(truncatingIfNeeded: userData)
        generation = UInt32(truncatingIfNeeded: userData >> 32)
    }
}

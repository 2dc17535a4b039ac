internal import Time

/// A binary heap of deadlines, earliest first. Entries are not removed early; the handler checks whether its deadline
/// still applies.
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

    /// Removes and returns the earliest entry if it is due.
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

/// The key of a registration at a reactor: its slot and the slot's generation. A stale event or timer never reaches a
/// later registration of the slot.
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

import Synchronization

/// The kinds of requests in the load.
enum LoadKind: String, CaseIterable, Sendable {
    case bearer, session, page, members, renewal, signIn = "sign-in", invitation, mapping, audit, refused
}

/// The measurements of one minute.
struct SoakMinute: Sendable {
    struct Kind: Sendable {
        var count = 0
        var errors = 0
        /// Latencies in microseconds.
        var p50 = 0
        var p99 = 0
    }

    var kinds: [LoadKind: Kind] = [:]
    /// Resident memory in MiB.
    var residentMemory = 0.0
    var openDescriptors = 0
    /// Sizes of the store and of its write-ahead log, in MiB.
    var store = 0.0
    var log = 0.0

    var requests: Int { kinds.values.reduce(0) { $0 + $1.count } }
    var errors: Int { kinds.values.reduce(0) { $0 + $1.errors } }
}

/// Counts of the requests in the current minute.
final class SoakMetrics: Sendable {
    private struct State {
        var latencies: [LoadKind: [UInt32]] = [:]
        var errors: [LoadKind: Int] = [:]
        var firstError: [LoadKind: String] = [:]
    }

    private let state = Mutex(State())

    func count(_ kind: LoadKind, microseconds: UInt64) {
        state.withLock { $0.latencies[kind, default: []].append(UInt32(clamping: microseconds)) }
    }

    func countError(_ kind: LoadKind, _ detail: String) {
        state.withLock { state in
            state.errors[kind, default: 0] += 1
            if state.firstError[kind] == nil { state.firstError[kind] = detail }
        }
    }

    /// The first error of each kind, as text.
    var errors: [(LoadKind, String)] {
        state.withLock { $0.firstError.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) } }
    }

    /// Ends the minute and returns its measurements.
    func take() -> SoakMinute {
        let (latencies, errors) = state.withLock { state in
            defer { (state.latencies, state.errors) = ([:], [:]) }
            return (state.latencies, state.errors)
        }
        var minute = SoakMinute()
        for kind in LoadKind.allCases {
            let sorted = (latencies[kind] ?? []).sorted()
            var own = SoakMinute.Kind()
            (own.count, own.errors) = (sorted.count, errors[kind] ?? 0)
            if !sorted.isEmpty {
                (own.p50, own.p99) = (Int(sorted[sorted.count / 2]), Int(sorted[sorted.count * 99 / 100]))
            }
            minute.kinds[kind] = own
        }
        return minute
    }
}

/// The table that a soak test prints, one line per minute.
enum SoakTable {
    static let head =
        "| minute | requests | errors | MiB | descriptors | store MiB | log MiB | "
        + LoadKind.allCases.map { "\($0.rawValue) p50/p99 ms" }.joined(separator: " | ") + " |\n|"
        + String(repeating: "--:|", count: 7 + LoadKind.allCases.count)

    static func line(_ number: Int, _ minute: SoakMinute) -> String {
        let latencies = LoadKind.allCases.map { kind -> String in
            guard let own = minute.kinds[kind], own.count > 0 else { return "–" }
            return "\(milliseconds(own.p50))/\(milliseconds(own.p99))"
        }
        let cells =
            [
                "\(number)", "\(minute.requests)", "\(minute.errors)", rounded(minute.residentMemory),
                "\(minute.openDescriptors)", rounded(minute.store), rounded(minute.log),
            ] + latencies
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func milliseconds(_ microseconds: Int) -> String { rounded(Double(microseconds) / 1000) }

    static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

import Time

/// Keeps the optimiser from removing the measured code.
@inline(never) func consume<Value>(_ value: Value) {}

/// Returns the median cost of one call over `rounds`, in nanoseconds. Each round takes about 20 ms.
func nanosecondsPerCall(rounds: Int = 11, _ body: () throws -> Void) rethrows -> Double {
    var calls = 1
    while true {
        let start = MonotonicTime.now()
        for _ in 0..<calls { try body() }
        let spent = MonotonicTime.now().nanoseconds(since: start)
        if spent > 5_000_000 {
            calls = max(1, calls * 20_000_000 / Int(spent))
            break
        }
        calls *= 4
    }
    var results: [Double] = []
    for _ in 0..<rounds {
        let start = MonotonicTime.now()
        for _ in 0..<calls { try body() }
        results.append(Double(MonotonicTime.now().nanoseconds(since: start)) / Double(calls))
    }
    return results.sorted()[rounds / 2]
}

func report(_ name: String, _ nanoseconds: Double) {
    let text = nanoseconds >= 1e6 ? "\(rounded(nanoseconds / 1e6)) ms" : "\(rounded(nanoseconds / 1e3)) µs"
    print(name + String(repeating: " ", count: max(1, 64 - name.count)) + text)
}

func report(_ name: String, megabytes: Double) { report(name, count: megabytes) }

func report(_ name: String, count: Double) {
    print(name + String(repeating: " ", count: max(1, 64 - name.count)) + "\(rounded(count))")
}

private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

internal import Time

/// Passive health of one address. After several failures in a row it is left out for a time that doubles with each
/// further failure. Then it returns slowly: one request at a time first, then twice as many after each success.
struct AddressHealth {
    static let failuresToEject = 3
    static let firstEjection: Duration = .seconds(5)
    static let longestEjection: Duration = .seconds(60)
    /// The allowance at which an address counts as well again.
    static let fullAllowance = 64

    private var failures = 0
    private var ejections = 0
    /// Time until which no request is sent here; nil if the address was not left out.
    private(set) var ejectedUntil: MonotonicTime?
    /// The most requests at a time while the address returns; nil if there is no limit.
    private var allowance: Int?

    /// Returns true if another request may be sent.
    ///
    /// - Parameter underWay: number of requests under way to the address.
    func accepts(_ underWay: Int, at now: MonotonicTime) -> Bool {
        if let ejectedUntil, now < ejectedUntil { return false }
        return allowance.map { underWay < $0 } ?? true
    }

    mutating func succeeded() {
        failures = 0
        ejectedUntil = nil
        guard let allowance else { return }
        if allowance * 2 >= AddressHealth.fullAllowance {
            self.allowance = nil
            ejections = 0
        } else {
            self.allowance = allowance * 2
        }
    }

    mutating func failed(at now: MonotonicTime) {
        failures = min(failures + 1, AddressHealth.failuresToEject)
        // Requests that began before the address was left out say nothing new.
        if let ejectedUntil, now < ejectedUntil { return }
        guard failures == AddressHealth.failuresToEject || allowance != nil else { return }
        let time = min(AddressHealth.firstEjection * (1 << min(ejections, 4)), AddressHealth.longestEjection)
        ejections = min(ejections + 1, 8)
        ejectedUntil = now + time
        allowance = 1
    }
}

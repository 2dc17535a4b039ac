public import Configuration

/// Whose word about the client's address is taken: `X-Forwarded-For` of the listed proxies.
public struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    public init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Whose request it is: the last address of the chain that no trusted proxy has.
    func client(peer: String, forwardedFor: @autoclosure () -> [String]) -> String {
        guard !ranges.isEmpty, contains(peer) else { return peer }
        var client = peer
        let chain = forwardedFor().joined(separator: ",").filter { $0 != " " && $0 != "\t" }.split(separator: ",")
        for address in chain.reversed().map(String.init) {
            // What is not an address was not written by a proxy that is trusted.
            guard AddressRange.isAddress(address) else { break }
            client = address
            guard contains(address) else { break }
        }
        return client
    }

    private func contains(_ address: String) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}

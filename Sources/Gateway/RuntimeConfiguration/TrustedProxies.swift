public import Addresses

/// The proxies whose `X-Forwarded-For` is trusted for the client's address.
public struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    public init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// The client's address: the rightmost address of the chain that is not a trusted proxy's.
    ///
    /// The walk goes from the peer leftwards while the hop that wrote an element is trusted. An element without an
    /// address ends it at the hop that wrote the element: the elements further left may be forged by the client.
    ///
    /// - Parameters:
    ///   - peer: the numeric address of the other end of the connection.
    ///   - forwardedFor: the values of all `X-Forwarded-For` fields, in order (RFC 9110, section 5.3: one list).
    /// - Returns: a numeric address without port and zone, or `peer` unchanged if it is not one.
    package func client(peer: String, forwardedFor: @autoclosure () -> [String]) -> String {
        // The usual case needs no parsing: an IPv4 peer is already in its canonical form.
        let isCanonical = !peer.utf8.contains(UInt8(ascii: ":"))
        guard !ranges.isEmpty || !isCanonical else { return peer }
        let fields = forwardedFor()
        guard !fields.isEmpty || !isCanonical else { return peer }
        guard var client = IPAddress(scoped: peer) else { return peer }
        guard contains(client) else { return client.description }
        for field in fields.reversed() {
            for element in field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard let address = ForwardedNode.address(in: Substring(element)) else { return client.description }
                client = address
                guard contains(client) else { return client.description }
            }
        }
        return client.description
    }

    /// Returns true if an address is a trusted proxy's.
    package func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }
}

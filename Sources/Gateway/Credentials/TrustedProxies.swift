internal import Glibc

/// The networks whose word about the client's address is taken (RFC 7239's purpose, in the older `X-Forwarded-For`).
public struct TrustedProxies: Sendable {
    private struct Network: Sendable {
        let address: [UInt8]
        let prefix: Int
    }

    private let networks: [Network]

    /// `nil` where one of the texts is neither an address nor `address/prefix` with no bit set behind the prefix.
    public init?(_ texts: [String]) {
        var networks: [Network] = []
        for text in texts {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let address = TrustedProxies.bytes(String(parts[0])) else { return nil }
            var prefix = address.count * 8
            if parts.count > 1 {
                guard let given = Int(parts[1]), (0...prefix).contains(given), String(given) == parts[1] else {
                    return nil
                }
                prefix = given
            }
            networks.append(Network(address: address, prefix: prefix))
        }
        self.networks = networks
    }

    /// Whose request it is: the last address of the chain that no trusted proxy has.
    public func client(peer: String, forwardedFor: [String]) -> String {
        guard !networks.isEmpty, contains(peer) else { return peer }
        var client = peer
        let chain = forwardedFor.joined(separator: ",").filter { $0 != " " && $0 != "\t" }.split(separator: ",")
        for address in chain.reversed().map(String.init) {
            // What is not an address was not written by a proxy that is trusted.
            guard TrustedProxies.bytes(address) != nil else { break }
            client = address
            guard contains(address) else { break }
        }
        return client
    }

    private func contains(_ text: String) -> Bool {
        guard let address = TrustedProxies.bytes(text) else { return false }
        return networks.contains { network in
            guard network.address.count == address.count else { return false }
            return (0..<network.prefix).allSatisfy { bit in
                (address[bit / 8] ^ network.address[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
            }
        }
    }

    /// Four or sixteen bytes; an IPv4 address in IPv6's clothes is an IPv4 address.
    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes = Array(repeating: UInt8(0), count: 16)
        // Sixteen bytes hold either kind of address.
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let mapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return mapped ? Array(bytes.suffix(4)) : bytes
    }
}

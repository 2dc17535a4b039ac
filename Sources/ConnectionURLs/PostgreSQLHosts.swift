internal import Addresses
internal import HTTPMessage
internal import Text

/// The servers that a connection URI names, in one of two forms: `h1:5432,h2` before the path, or the parameters `host`
/// and `port`.
enum PostgreSQLHosts {
    static func read(_ authority: ArraySlice<UInt8>) throws(PostgreSQLURL.SyntaxError) -> [PostgreSQLURL.Host] {
        var hosts: [PostgreSQLURL.Host] = []
        for part in authority.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            var (name, port) = (part, nil as ArraySlice<UInt8>?)
            if let bracket = part.lastIndex(of: UInt8(ascii: "]")), part.first == UInt8(ascii: "[") {
                name = part[..<bracket].dropFirst()
                let rest = part[(bracket + 1)...]
                guard rest.isEmpty || rest.first == UInt8(ascii: ":"), name.contains(UInt8(ascii: ":")) else {
                    throw fault
                }
                port = rest.isEmpty ? nil : rest.dropFirst()
            } else if let colon = part.firstIndex(of: UInt8(ascii: ":")) {
                (name, port) = (part[..<colon], part[(colon + 1)...])
            }
            hosts.append(
                try host(
                    try PostgreSQLURL.decoded(name, "each host"),
                    port.map { String(decoding: $0, as: UTF8.self) }))
        }
        return hosts
    }

    /// - Parameter ports: one port for all hosts, or one for each.
    static func read(_ listed: String?, ports: String?) throws(PostgreSQLURL.SyntaxError) -> [PostgreSQLURL.Host] {
        guard let listed else {
            throw PostgreSQLURL.SyntaxError(
                "must name a host, or the folder of a socket: postgresql:///DATABASE?host=/run/postgresql")
        }
        let names = listed.split(at: ",")
        let numbers = ports.map { $0.split(at: ",").map { String($0) } }
        guard numbers == nil || numbers?.count == 1 || numbers?.count == names.count else {
            throw PostgreSQLURL.SyntaxError("must have one port for all hosts, or one for each")
        }
        var hosts: [PostgreSQLURL.Host] = []
        for (index, name) in names.enumerated() {
            hosts.append(try host(String(name), numbers.map { $0.count == 1 ? $0[0] : $0[index] }))
        }
        return hosts
    }

    /// Checks the parameter `hostaddr`, which spares libpq the look-up of each host.
    static func check(addresses: String, count: Int) throws(PostgreSQLURL.SyntaxError) {
        let addresses = addresses.split(at: ",")
        guard addresses.count == count, addresses.allSatisfy({ IPAddress(String($0)) != nil }) else {
            throw PostgreSQLURL.SyntaxError("must have in \"hostaddr\" one numeric address for each host")
        }
    }

    private static func host(_ name: String, _ port: String?) throws(PostgreSQLURL.SyntaxError) -> PostgreSQLURL.Host {
        // The path of a socket is at most 107 octets: the folder, and /.s.PGSQL.65535. libpq decodes before it splits at
        // commas.
        guard name.starts(exactly: "/") ? name.utf8.count <= 91 && !name.holds(",") : isHost(name) else { throw fault }
        guard let port else { return PostgreSQLURL.Host(name: name, port: nil) }
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt16(port), number > 0
        else { throw PostgreSQLURL.SyntaxError("must have ports from 1 to 65535") }
        return PostgreSQLURL.Host(name: name, port: number)
    }

    private static func isHost(_ name: String) -> Bool { IPAddress(name) != nil || AbsoluteURL.isHostName(name) }

    private static var fault: PostgreSQLURL.SyntaxError {
        PostgreSQLURL.SyntaxError(
            "must have as each host a name, an address (IPv6 in brackets), or the path of the folder of a socket")
    }
}

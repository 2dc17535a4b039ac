internal import Cryptography
internal import Sockets

/// The proxy that requests over https go through, as the environment names it.
///
/// `HTTPS_PROXY` (or `https_proxy`) is an `http://` URL, with a user and a password where the proxy wants them;
/// `NO_PROXY` lists hosts that are reached without it: names (with all below them), addresses, ranges, each with a port
/// or without, or `*` for all.
public struct ProxySettings: Sendable {
    /// A proxy, and what it is told to let one through.
    struct Proxy: Sendable, Hashable {
        let address: SocketAddress
        /// The `Proxy-Authorization` field's value.
        let credential: String?
    }

    private let proxy: Proxy?
    private let exceptions: [Substring]

    /// No proxy.
    public static let none = ProxySettings(environment: [:])

    /// A proxy that cannot be understood is none, and is told by ``fault``.
    public init(environment: [String: String]) {
        let text = environment["HTTPS_PROXY"] ?? environment["https_proxy"] ?? ""
        (proxy, fault) = ProxySettings.parse(text)
        let list = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        exceptions = list.split { $0 == "," || $0 == " " }
    }

    /// What is wrong with the environment's proxy; names the variable and never its value.
    public let fault: String?

    private static func parse(_ text: String) -> (Proxy?, String?) {
        guard !text.isEmpty else { return (nil, nil) }
        let whole = text.contains("://") ? text : "http://" + text
        guard let url = AbsoluteURL(whole), url.scheme == "http", url.path.isEmpty || url.path == "/", !url.hasQuery
        else { return (nil, "HTTPS_PROXY has to be a URL such as http://proxy.example.com:3128") }
        var credential: String?
        let authority = whole.dropFirst("http://".count).prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") {
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { percentDecoded(Array($0.utf8)) }
            credential = "Basic " + Base64.encode(Array(decoded.joined(separator: [0x3A])))
        }
        return (Proxy(address: SocketAddress(host: url.host, port: url.port ?? 3128), credential: credential), nil)
    }

    private static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let digits = text[index...].dropFirst().prefix(2)
            if text[index] == UInt8(ascii: "%"), digits.count == 2,
                let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// The proxy for a URL; `nil` where it is reached directly. Plain HTTP is for loopback, and never goes through one.
    func proxy(for url: AbsoluteURL) -> Proxy? {
        guard let proxy, url.scheme == "https", !exceptions.contains(where: { matches($0, url) }) else { return nil }
        return proxy
    }

    private func matches(_ exception: Substring, _ url: AbsoluteURL) -> Bool {
        if exception == "*" { return true }
        var name = exception.lowercased()
        if let address = IPAddress(url.host) {
            if let slash = name.firstIndex(of: "/") {
                guard let network = IPAddress(String(name[..<slash])), network.bytes.count == address.bytes.count,
                    let length = Int(name[name.index(after: slash)...]), (0...network.bytes.count * 8).contains(length)
                else { return false }
                return (0..<length).allSatisfy { bit in
                    (network.bytes[bit / 8] ^ address.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
                }
            }
            return IPAddress(name) == address
        }
        if let colon = name.lastIndex(of: ":") {
            guard UInt16(name[name.index(after: colon)...]) == url.effectivePort else { return false }
            name = String(name[..<colon])
        }
        name = String(name.drop { $0 == "." || $0 == "*" })
        return !name.isEmpty && (url.host == name || url.host.hasSuffix("." + name))
    }
}

internal import Addresses
internal import Cryptography
internal import HTTPMessage
internal import Sockets
internal import Text

/// The proxy for https requests, configured by the environment.
///
/// `HTTPS_PROXY` (or `https_proxy`) is an `http://` URL, with a user and a password if the proxy needs them. `NO_PROXY`
/// lists hosts that bypass the proxy: names (including their subdomains), addresses and ranges, each with or without a
/// port, or `*` for all.
public struct ProxySettings: Sendable {
    /// A proxy and its credential.
    struct Proxy: Sendable, Hashable {
        let address: SocketAddress
        /// Value of the `Proxy-Authorization` field.
        let credential: String?
    }

    private let proxy: Proxy?
    private let exceptions: [Substring]

    /// No proxy.
    public static let none = ProxySettings(environment: [:])

    /// An invalid proxy setting means no proxy, and is reported by ``fault``.
    public init(environment: [String: String]) {
        let text = environment["HTTPS_PROXY"] ?? environment["https_proxy"] ?? ""
        (proxy, fault) = ProxySettings.parse(text)
        let list = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        exceptions = list.words(between: ",", " ")
    }

    /// Error in the environment's proxy setting. It names the variable, never its value.
    public let fault: String?

    private static func parse(_ text: String) -> (Proxy?, String?) {
        guard !text.isEmpty else { return (nil, nil) }
        let whole = text.holds(exactly: "://") ? text : "http://" + text
        guard let url = AbsoluteURL(whole), url.scheme == "http", url.path.isEmpty || url.path.isExactly("/"),
            !url.hasQuery
        else { return (nil, "HTTPS_PROXY must be a URL such as http://proxy.example.com:3128") }
        var credential: String?
        // The scheme may be in any case, so its octets are counted, not compared.
        let authority = Substring(whole.utf8.dropFirst("http://".utf8.count)).split(at: "/", maxSplits: 1)[0]
        if let (userInfo, _) = authority.cut(atLast: "@") {
            let decoded = userInfo.split(at: ":", maxSplits: 1).map { percentDecoded(Array($0.utf8)) }
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

    /// Returns the proxy for a URL; nil if it is reached directly. Plain HTTP is for loopback and bypasses proxies.
    func proxy(for url: AbsoluteURL) -> Proxy? {
        guard let proxy, url.scheme == "https", !exceptions.contains(where: { matches($0, url) }) else { return nil }
        return proxy
    }

    private func matches(_ exception: Substring, _ url: AbsoluteURL) -> Bool {
        if exception.isExactly("*") { return true }
        var name = exception.asciiLowercased()[...]
        if let address = IPAddress(url.host) {
            if let (base, prefix) = name.cut(at: "/") {
                guard let network = IPAddress(String(base)), network.bytes.count == address.bytes.count,
                    let length = Int(prefix), (0...network.bytes.count * 8).contains(length)
                else { return false }
                return (0..<length).allSatisfy { bit in
                    (network.bytes[bit / 8] ^ address.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
                }
            }
            return IPAddress(String(name)) == address
        }
        if let (host, port) = name.cut(atLast: ":") {
            guard UInt16(port) == url.effectivePort else { return false }
            name = host
        }
        name = Substring(name.utf8.drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "*") })
        return !name.isEmpty && (url.host.isExactly(name) || url.host.ends(exactly: ".\(name)"))
    }
}

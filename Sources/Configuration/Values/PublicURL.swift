internal import HTTPMessage
internal import SettingDeclarations
internal import Text

/// The public URL of the gateway: scheme, host and port only.
public struct PublicURL: Sendable, Hashable, CustomStringConvertible {
    /// The origin as in a browser's `Origin` field: lower case, without a default port (RFC 6454, section 6.1).
    public let origin: String
    /// True if the scheme is https.
    public let isSecure: Bool

    public var description: String { origin }

    init(_ text: String) throws(SettingError) {
        guard let url = AbsoluteURL(text), url.scheme == "https" || url.scheme == "http" else {
            throw SettingError("must be a URL such as https://access.example.com")
        }
        guard url.path.isEmpty, !url.hasQuery, !url.hasFragment, !url.hasUserInfo else {
            throw SettingError("must be scheme, host and port only, without a final slash")
        }
        guard url.scheme == "https" || url.isLoopback else {
            throw SettingError("must be https; http is allowed only on loopback (127.0.0.1, [::1], localhost)")
        }
        isSecure = url.scheme == "https"
        let host = url.host.holds(":") ? "[\(url.host)]" : url.host
        let port = url.port.flatMap { $0 == (url.scheme == "https" ? 443 : 80) ? nil : ":\($0)" } ?? ""
        origin = "\(url.scheme)://\(host)\(port)"
    }
}

internal import Addresses
internal import HTTPMessage
internal import Identities
internal import JSON
internal import SettingDeclarations
internal import Text
internal import Time

/// A place at which an application behind the gateway listens.
public enum UpstreamAddress: Sendable, Hashable {
    /// A name or a numeric address without brackets, and a port.
    case http(host: String, port: UInt16)
    case https(host: String, port: UInt16)
    /// The resolved path of a socket, at most 107 bytes.
    case unix(path: String)
}

extension SettingKind<UpstreamAddress> {
    static var upstreamAddress: SettingKind {
        let noun = "http://HOST:PORT, https://HOST:PORT or unix:PATH"
        let text = SettingKind<String>.text(noun, good: []) { $0 }
        return SettingKind(
            noun,
            good: [
                "\"http://127.0.0.1:3000\"", "\"https://app.internal\"", "\"unix:/run/app.sock\"",
                "\"http://[::1]:80\"",
            ],
            wrong: text.wrong + [
                "\"127.0.0.1:3000\"", "\"ftp://a.example\"", "\"http://a.example/\"", "\"http://a.example/x\"",
                "\"http://a.example?x\"", "\"http://u@a.example\"", "\"unix:\"", "\"unix:run/\"", "\"unix:///run/a\"",
                "\"http://\"", "\"unix:/\(String(repeating: "a", count: 107))\"",
            ], schema: text.schema
        ) { value, path, reader in
            guard let written = text.read(value, path, reader) else { return nil }
            do throws(SettingError) {
                return try parse(written, reader)
            } catch {
                reader.fault(at: value, path, error.message)
                return nil
            }
        }
    }

    private static func parse(_ text: String, _ reader: SettingReader) throws(SettingError) -> UpstreamAddress {
        if let path = text.dropping(exactly: "unix:") {
            guard !path.starts(exactly: "//") else { throw SettingError("must have no // after \"unix:\"") }
            guard !path.isEmpty, !path.ends(exactly: "/") else {
                throw SettingError("must name a socket after \"unix:\"")
            }
            let resolved = reader.resolved(String(path))
            // sun_path has 108 bytes, and the last one is NUL (unix(7)).
            guard resolved.utf8.count <= 107 else {
                throw SettingError("must be shorter: the path of a socket has at most 107 bytes")
            }
            return .unix(path: resolved)
        }
        guard let url = AbsoluteURL(text), url.scheme == "http" || url.scheme == "https" else {
            throw SettingError("must be http://HOST:PORT, https://HOST:PORT or unix:PATH")
        }
        guard url.path.isEmpty, !url.hasQuery, !url.hasFragment, !url.hasUserInfo else {
            throw SettingError("must be scheme, host and port only, without a final slash")
        }
        return url.scheme == "http"
            ? .http(host: url.host, port: url.effectivePort) : .https(host: url.host, port: url.effectivePort)
    }
}

extension SettingKind<UpstreamID> {
    static var upstreamID: SettingKind {
        let noun = "a name of 1 to 64 of a-z, 0-9, - _ . that begins with a letter or digit"
        return text(
            noun, good: ["\"reports\""], wrong: ["\"Reports\"", "\"-a\"", "\"a/b\""],
            pattern: "^[a-z0-9][a-z0-9._-]{0,63}$"
        ) { (text) throws(SettingError) -> UpstreamID in
            guard let id = UpstreamID(text) else { throw SettingError("must be \(noun)") }
            return id
        }
    }
}

extension SettingKind<String> {
    /// The host name of an upstream, converted to lower case.
    static var upstreamHost: SettingKind {
        let noun = "a host name such as reports.example.com"
        return text(
            noun, good: ["\"reports.example.com\""],
            wrong: [
                "\"https://a.example\"", "\"a.example:8443\"", "\"*.example\"", "\"a..b\"", "\"127.0.0.1\"",
                "\"[::1]\"",
                "\"bücher.example\"", "\"a.example.\"",
            ]
        ) { (text) throws(SettingError) -> String in
            guard !DomainHint.isNeeded(forDomain: text) else { throw SettingError(DomainHint.text) }
            guard AbsoluteURL.isHostName(text), !text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
            else {
                throw SettingError("must be \(noun), without scheme and port")
            }
            return text.asciiLowercased()
        }
    }
}

extension SettingKind<PublicURL> {
    static var upstreamOrigin: SettingKind {
        text(
            "a URL of scheme and host, such as https://reports.example.com:8443",
            good: ["\"https://reports.example.com:8443\""],
            wrong: ["\"reports.example.com\"", "\"http://reports.example.com\"", "\"https://reports.example.com/\""]
        ) { (text) throws(SettingError) -> PublicURL in try PublicURL(text) }
    }
}

/// A duration that may be absent.
struct OptionalDuration: Sendable {
    let duration: Duration?
}

extension SettingKind<OptionalDuration> {
    static func durationOrNull(in range: ClosedRange<Duration>) -> SettingKind {
        let kind = SettingKind<Duration>.duration(in: range)
        return SettingKind(
            "\(kind.noun), or null", good: kind.good + ["null"], wrong: kind.wrong.filter { !$0.isExactly("null") },
            schema: { writer in
                writer.name("oneOf")
                writer.beginArray()
                writer.beginObject()
                kind.schema(&writer)
                writer.endObject()
                writer.beginObject()
                writer.member("type", "null")
                writer.endObject()
                writer.endArray()
            }
        ) { value, path, reader in
            if value.isNull { return OptionalDuration(duration: nil) }
            return kind.read(value, path, reader).map { OptionalDuration(duration: $0) }
        }
    }
}

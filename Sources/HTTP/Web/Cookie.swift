public import HTTPMessage
internal import Text

/// A cookie of this site: valid for the whole site, not readable by scripts, and not sent with forms of other sites.
///
/// Browsers accept a `__Host-` cookie only from the host itself (RFC 6265bis, section 4.1.3.2). Over plain HTTP, on
/// loopback, they would refuse the prefix, so it is left out.
public struct Cookie: Sendable, Hashable {
    /// Name as sent.
    public let name: String
    private let isSecure: Bool

    /// - Parameter isSecure: true if the site is reached by https.
    public init(_ name: String, isSecure: Bool) {
        self.name = isSecure ? "__Host-\(name)" : name
        self.isSecure = isSecure
    }

    /// Returns the `Set-Cookie` field's value. The cookie has no lifetime, so it ends when the browser closes.
    public func setting(_ value: String) -> String { "\(name)=\(value)\(attributes)" }

    /// Variant of ``setting(_:)`` for a cookie that the browser keeps for a number of seconds.
    public func setting(_ value: String, seconds: Int) -> String { "\(name)=\(value); Max-Age=\(seconds)\(attributes)" }

    /// Value of a `Set-Cookie` field that deletes the cookie.
    public var clearing: String { "\(name)=; Max-Age=0\(attributes)" }

    private var attributes: String { "; Path=/\(isSecure ? "; Secure" : ""); HttpOnly; SameSite=Lax" }

    // cookie-string = cookie-pair *( ";" SP cookie-pair ) (RFC 6265, section 4.2.1)
    /// Returns the distinct values of the cookie in a request, in order, at most eight.
    ///
    /// Fields are split at the octets of `;` and `=`. A browser holds at most one cookie per `__Host-` name, so a
    /// second value is forged and none is returned. Without the prefix, another path or a sibling host may have set a
    /// value.
    public func values(in request: Request) -> [String] {
        var values: [String] = []
        for field in request.fields(.cookie) {
            for pair in field.split(at: ";") {
                guard let (name, value) = pair.trimmingBlanks().cut(at: "="), name.isExactly(self.name),
                    !values.contains(exactly: value)
                else { continue }
                if isSecure, !values.isEmpty { return [] }
                values.append(String(value))
                if values.count == 8 { return values }
            }
        }
        return values
    }
}

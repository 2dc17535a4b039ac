public import HTTPMessage

/// A cookie of this site: for the whole site, out of reach of scripts, and not sent by other sites' forms.
///
/// The prefix `__Host-` has browsers refuse a cookie of that name from anywhere else (RFC 6265bis, section 4.1.3.2);
/// over plain HTTP, on loopback, they would refuse the prefix itself.
public struct Cookie: Sendable, Hashable {
    /// As it is sent.
    public let name: String
    private let isSecure: Bool

    /// - Parameter isSecure: whether the site is reached by https.
    public init(_ name: String, isSecure: Bool) {
        self.name = isSecure ? "__Host-\(name)" : name
        self.isSecure = isSecure
    }

    /// The `Set-Cookie` field's value. Without a lifetime the cookie goes when the browser closes.
    public func setting(_ value: String) -> String { "\(name)=\(value)\(attributes)" }

    /// Has the browser forget it.
    public var clearing: String { "\(name)=; Max-Age=0\(attributes)" }

    private var attributes: String { "; Path=/\(isSecure ? "; Secure" : ""); HttpOnly; SameSite=Lax" }

    // cookie-string = cookie-pair *( ";" SP cookie-pair ) (RFC 6265, section 4.2.1)
    /// The values that a request brings, in order: of several, one may be somebody else's, set for a parent domain or
    /// another path. At most eight are looked at.
    public func values(in request: Request) -> [String] {
        var values: [String] = []
        for field in request.fields(.cookie) {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " || $0 == "\t" }
                guard pair.count > name.count, pair.hasPrefix(name),
                    pair[pair.index(pair.startIndex, offsetBy: name.count)] == "="
                else { continue }
                values.append(String(pair.dropFirst(name.count + 1)))
                if values.count == 8 { return values }
            }
        }
        return values
    }
}

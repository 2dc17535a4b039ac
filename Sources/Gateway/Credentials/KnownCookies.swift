internal import Caches
internal import Cryptography
internal import HTTPMessage
internal import Sessions
internal import Text
internal import Web

/// What `Cookie` fields say, cached by the fields' bytes: a browser repeats its fields, and a look-up is cheaper than
/// parsing. Bounded, for one cookie name; each reactor has its own instance.
struct KnownCookies<Reading> {
    /// The longest field that is cached, in bytes; longer ones are parsed each time.
    private var longest: Int { 4096 }

    private var readings = BoundedCache<OctetKey, Reading>(bytes: 1 << 20, entries: 2048)
    private var name = ""
    private let read: ([String]) -> (reading: Reading, bytes: Int)

    /// - Parameter read: returns the meaning of the cookie's values, and the bytes that it takes.
    init(read: @escaping ([String]) -> (reading: Reading, bytes: Int)) { self.read = read }

    mutating func reading(of request: Request, for cookie: Cookie) -> Reading {
        guard request.count(of: .cookie) == 1, let field = request.fieldBytes(.cookie), field.count <= longest else {
            return read(cookie.values(in: request)).reading
        }
        if !name.isExactly(cookie.name) {
            readings.removeAll()
            name = cookie.name
        }
        let key = OctetKey(Array(field))
        if let known = readings.value(for: key) { return known }
        let (reading, bytes) = read(cookie.values(in: request))
        readings.insert(reading, for: key, bytes: field.count + bytes)
        return reading
    }
}

/// The session cookies in a request to the gateway.
struct SessionCookies {
    /// Whether there is a session cookie at all.
    let isThere: Bool
    /// The well-formed session tokens, without duplicates.
    let tokens: [(token: SessionToken, key: SessionKey)]

    static func read(_ values: [String]) -> (reading: SessionCookies, bytes: Int) {
        var tokens: [(token: SessionToken, key: SessionKey)] = []
        for token in values.compactMap(SessionToken.init(_:)) {
            guard let key = try? token.key, !tokens.contains(where: { $0.key == key }) else { continue }
            tokens.append((token, key))
        }
        return (SessionCookies(isThere: !values.isEmpty, tokens: tokens), tokens.count * 256)
    }
}

/// The session cookie in a request to an application.
enum AppSessionCookie {
    case missing
    /// Another party set one of the cookies, and the gateway cannot tell which one.
    case several
    case session(SecretDigest<AppSessionPurpose>)

    static func read(_ values: [String]) -> (reading: AppSessionCookie, bytes: Int) {
        let tokens = values.compactMap { AppSessionToken($0) }
        guard tokens.count <= 1 else { return (.several, 0) }
        return (tokens.first.flatMap { try? $0.digest }.map { .session($0) } ?? .missing, 64)
    }
}

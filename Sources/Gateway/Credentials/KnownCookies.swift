internal import Caches
internal import Cryptography
internal import HTTPMessage
internal import Sessions
internal import Text
internal import Web

/// The sessions that `Cookie` fields name, cached by the fields' bytes: a browser repeats its fields, and a look-up is
/// cheaper than parsing. Bounded, for one cookie name; each reactor has its own instance.
struct KnownCookies {
    /// The session cookies in a field.
    struct Reading {
        /// Whether there is a session cookie at all.
        let isThere: Bool
        /// The well-formed session tokens, without duplicates.
        let tokens: [(token: SessionToken, key: SessionKey)]
    }

    /// The longest field that is cached, in bytes; longer ones are parsed each time.
    private static let longest = 4096

    private var readings = BoundedCache<OctetKey, Reading>(bytes: 1 << 20, entries: 2048)
    private var name = ""

    mutating func reading(of request: Request, for cookie: Cookie) -> Reading {
        guard request.count(of: .cookie) == 1, let field = request.fieldBytes(.cookie),
            field.count <= KnownCookies.longest
        else { return KnownCookies.read(request, cookie) }
        if !name.isExactly(cookie.name) {
            readings.removeAll()
            name = cookie.name
        }
        let key = OctetKey(Array(field))
        if let known = readings.value(for: key) { return known }
        let reading = KnownCookies.read(request, cookie)
        readings.insert(reading, for: key, bytes: field.count + reading.tokens.count * 256)
        return reading
    }

    private static func read(_ request: Request, _ cookie: Cookie) -> Reading {
        let values = cookie.values(in: request)
        var tokens: [(token: SessionToken, key: SessionKey)] = []
        for token in values.compactMap(SessionToken.init(_:)) {
            guard let key = try? token.key, !tokens.contains(where: { $0.key == key }) else { continue }
            tokens.append((token, key))
        }
        return Reading(isThere: !values.isEmpty, tokens: tokens)
    }
}

internal import Caches
internal import HTTPMessage
internal import Sessions
internal import Text
internal import Web

/// The sessions that `Cookie` fields name, by the fields' bytes: the same browser sends the same ones, and reading them
/// again costs more than finding them. One a reactor, bounded, for one cookie's name.
struct KnownCookies {
    /// What a field holds of this site's sessions.
    struct Reading {
        /// Whether there is a session's cookie at all.
        let isThere: Bool
        /// Those that have the form of one, each once.
        let tokens: [(token: SessionToken, key: SessionKey)]
    }

    /// Longer ones are read each time.
    private static let longest = 4096

    private var readings = BoundedCache<[UInt8], Reading>(bytes: 1 << 20, entries: 2048)
    private var name = ""

    mutating func reading(of request: Request, for cookie: Cookie) -> Reading {
        guard request.count(of: .cookie) == 1, let field = request.fieldBytes(.cookie),
            field.count <= KnownCookies.longest
        else { return KnownCookies.read(request, cookie) }
        if !name.isExactly(cookie.name) {
            readings.removeAll()
            name = cookie.name
        }
        let bytes = Array(field)
        if let known = readings.value(for: bytes) { return known }
        let reading = KnownCookies.read(request, cookie)
        readings.insert(reading, for: bytes, bytes: bytes.count + reading.tokens.count * 256)
        return reading
    }

    private static func read(_ request: Request, _ cookie: Cookie) -> Reading {
        let values = cookie.values(in: request)
        var tokens: [(token: SessionToken, key: SessionKey)] = []
        for token in values.compactMap(SessionToken.init(cookie:)) {
            guard let key = try? token.key, !tokens.contains(where: { $0.key == key }) else { continue }
            tokens.append((token, key))
        }
        return Reading(isThere: !values.isEmpty, tokens: tokens)
    }
}

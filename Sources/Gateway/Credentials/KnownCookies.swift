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

    private static let half = 1024
    /// Longer ones are read each time.
    private static let longest = 4096

    private var newer: [[UInt8]: Reading] = [:]
    private var older: [[UInt8]: Reading] = [:]
    private var name = ""

    mutating func reading(of request: Request, for cookie: Cookie) -> Reading {
        guard request.count(of: .cookie) == 1, let field = request.fieldBytes(.cookie),
            field.count <= KnownCookies.longest
        else { return KnownCookies.read(request, cookie) }
        if !name.isExactly(cookie.name) {
            (newer, older, name) = ([:], [:], cookie.name)
        }
        let bytes = Array(field)
        if let known = newer[bytes] { return known }
        let reading = older[bytes] ?? KnownCookies.read(request, cookie)
        if newer.count >= KnownCookies.half {
            older = newer
            newer = [:]
        }
        newer[bytes] = reading
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

internal import Cryptography
internal import Text
internal import Time

/// The demo provider's state in memory: codes, tokens and browser sessions, each with an expiry time.
struct DemoState {
    /// One user's consent to one client.
    struct Grant {
        let clientID: String
        let redirectURI: String
        let person: String
        let scopes: [String]
        let nonce: String?
        let challenge: String
        let contextClass: String?
        let authenticatedAt: Timestamp
        let session: String
    }

    struct Browser {
        let person: String
        let authenticatedAt: Timestamp
        let session: String
    }

    private struct Entry<Value> {
        let value: Value
        let until: Timestamp
    }

    private var codes: [ExactText: Entry<Grant>] = [:]
    private var refreshTokens: [ExactText: Entry<Grant>] = [:]
    private var accessTokens: [ExactText: Entry<Grant>] = [:]
    private var browsers: [ExactText: Entry<Browser>] = [:]

    mutating func makeCode(_ grant: Grant, at now: Timestamp) throws(CryptographyError) -> String {
        try DemoState.insert(grant, into: &codes, for: .seconds(60), at: now)
    }

    /// Consumes a code. Each code works once.
    mutating func takeCode(_ code: String, at now: Timestamp) -> Grant? { DemoState.take(code, from: &codes, at: now) }

    mutating func makeRefreshToken(_ grant: Grant, at now: Timestamp) throws(CryptographyError) -> String {
        try DemoState.insert(grant, into: &refreshTokens, for: .seconds(86400), at: now)
    }

    /// Consumes a refresh token. Each token works once, and the response contains the next one.
    mutating func takeRefreshToken(_ token: String, at now: Timestamp) -> Grant? {
        DemoState.take(token, from: &refreshTokens, at: now)
    }

    mutating func makeAccessToken(_ grant: Grant, at now: Timestamp) throws(CryptographyError) -> String {
        try DemoState.insert(grant, into: &accessTokens, for: .seconds(300), at: now)
    }

    func grant(ofAccessToken token: String, at now: Timestamp) -> Grant? {
        accessTokens[ExactText(token)].flatMap { now < $0.until ? $0.value : nil }
    }

    mutating func makeBrowser(_ browser: Browser, at now: Timestamp) throws(CryptographyError) -> String {
        try DemoState.insert(browser, into: &browsers, for: .seconds(86400), at: now)
    }

    func browser(_ cookie: String, at now: Timestamp) -> Browser? {
        browsers[ExactText(cookie)].flatMap { now < $0.until ? $0.value : nil }
    }

    mutating func endBrowser(_ cookie: String) { browsers[ExactText(cookie)] = nil }

    /// Revokes the user's refresh tokens and browser sessions, as an administrator's sign-out would.
    mutating func revoke(_ person: String) {
        refreshTokens = refreshTokens.filter { $0.value.value.person != person }
        browsers = browsers.filter { $0.value.value.person != person }
    }

    private static func insert<Value>(
        _ value: Value, into table: inout [ExactText: Entry<Value>], for lifetime: Duration, at now: Timestamp
    ) throws(CryptographyError) -> String {
        if table.count >= 100_000 { table = table.filter { now < $0.value.until } }
        if table.count >= 100_000 { table.removeAll() }
        let name = Base64URL.encode(try RandomBytes.make(24))
        table[ExactText(name)] = Entry(value: value, until: now + lifetime)
        return name
    }

    private static func take<Value>(
        _ name: String, from table: inout [ExactText: Entry<Value>], at now: Timestamp
    ) -> Value? {
        table.removeValue(forKey: ExactText(name)).flatMap { now < $0.until ? $0.value : nil }
    }
}

internal import Text

/// The name of a field (RFC 9110, section 5.1). Names compare without regard to case.
public struct FieldName: Sendable, Hashable, CustomStringConvertible {
    /// The name as written into messages.
    public let written: String
    let lowercased: String

    /// Returns nil if the text is not a token (RFC 9110, section 5.6.2).
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy(Octet.isToken) else { return nil }
        self.init(known: text)
    }

    private init(known text: String) {
        written = text
        lowercased = text.asciiLowercased()
    }

    public static func == (a: FieldName, b: FieldName) -> Bool { a.lowercased == b.lowercased }
    public func hash(into hasher: inout Hasher) { hasher.combine(lowercased) }
    public var description: String { written }

    public static let accept = FieldName(known: "Accept")
    public static let allow = FieldName(known: "Allow")
    public static let authorization = FieldName(known: "Authorization")
    public static let cacheControl = FieldName(known: "Cache-Control")
    public static let connection = FieldName(known: "Connection")
    public static let contentDisposition = FieldName(known: "Content-Disposition")
    public static let contentEncoding = FieldName(known: "Content-Encoding")
    public static let contentLength = FieldName(known: "Content-Length")
    public static let contentSecurityPolicy = FieldName(known: "Content-Security-Policy")
    public static let contentType = FieldName(known: "Content-Type")
    public static let contentTypeOptions = FieldName(known: "X-Content-Type-Options")
    public static let cookie = FieldName(known: "Cookie")
    public static let date = FieldName(known: "Date")
    public static let entityTag = FieldName(known: "ETag")
    public static let expect = FieldName(known: "Expect")
    public static let fetchDestination = FieldName(known: "Sec-Fetch-Dest")
    public static let fetchMode = FieldName(known: "Sec-Fetch-Mode")
    public static let fetchSite = FieldName(known: "Sec-Fetch-Site")
    public static let formToken = FieldName(known: "X-CSRF-Token")
    public static let forwardedFor = FieldName(known: "X-Forwarded-For")
    public static let forwardedHost = FieldName(known: "X-Forwarded-Host")
    public static let forwardedMethod = FieldName(known: "X-Forwarded-Method")
    public static let forwardedProto = FieldName(known: "X-Forwarded-Proto")
    public static let forwardedURI = FieldName(known: "X-Forwarded-Uri")
    public static let host = FieldName(known: "Host")
    public static let idempotencyKey = FieldName(known: "Idempotency-Key")
    public static let idempotencyReplayed = FieldName(known: "Idempotency-Replayed")
    public static let ifMatch = FieldName(known: "If-Match")
    public static let ifNoneMatch = FieldName(known: "If-None-Match")
    public static let location = FieldName(known: "Location")
    public static let originalMethod = FieldName(known: "X-Original-Method")
    public static let originalURL = FieldName(known: "X-Original-URL")
    public static let origin = FieldName(known: "Origin")
    public static let referrerPolicy = FieldName(known: "Referrer-Policy")
    public static let requestedWith = FieldName(known: "X-Requested-With")
    public static let requestID = FieldName(known: "X-Request-Id")
    public static let retryAfter = FieldName(known: "Retry-After")
    public static let setCookie = FieldName(known: "Set-Cookie")
    public static let transferEncoding = FieldName(known: "Transfer-Encoding")
    public static let transportSecurity = FieldName(known: "Strict-Transport-Security")
    public static let upgrade = FieldName(known: "Upgrade")
    public static let userAgent = FieldName(known: "User-Agent")
    public static let vary = FieldName(known: "Vary")
    public static let wwwAuthenticate = FieldName(known: "WWW-Authenticate")
}

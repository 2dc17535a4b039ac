internal import HTTPMessage
internal import Text

/// The lifetime of a response by its `Cache-Control` (RFC 9111, section 5.2.2), limited to between 5 minutes and 24
/// hours.
enum CacheLifetime {
    static let shortest: Duration = .seconds(300)
    static let longest: Duration = .seconds(24 * 3600)
    /// The lifetime if the provider states none.
    static let usual: Duration = .seconds(3600)

    static func of(_ fields: Fields) -> Duration {
        guard let field = fields.value(.cacheControl) else { return usual }
        var seconds: Int?
        for directive in field.asciiLowercased().split(at: ",") {
            let words = directive.words(between: "=", " ", "\t", "\"")
            switch words.first {
            case "no-store", "no-cache": return shortest
            case "max-age" where words.count == 2: seconds = Int(words[1]) ?? 0
            default: break
            }
        }
        guard let seconds else { return usual }
        return min(max(.seconds(min(seconds, 1 << 30)), shortest), longest)
    }
}

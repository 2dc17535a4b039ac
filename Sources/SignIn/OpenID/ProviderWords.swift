internal import HTTPMessage
internal import JSON
internal import Text

/// A provider's `error` and `error_description` (RFC 6749, sections 4.1.2.1 and 5.2), made safe for the log: one line,
/// bounded, and without the secrets of the request. Providers repeat codes and secrets in their descriptions.
struct ProviderWords: Sendable {
    /// The error code; nil if it does not have the form of one.
    let code: String?
    /// A suffix for a sentence: ` (error "invalid_grant", error_description "…")`; empty if the provider sent neither.
    let suffix: String

    /// - Parameter secrets: the secrets of the request; neither they nor long pieces of them are shown.
    init(error: String?, description: String?, hiding secrets: [String]) {
        code = error.flatMap(SignInFailure.code)
        let parts = [("error", error, 64), ("error_description", description, 300)].compactMap { name, text, limit in
            text.map { "\(name) \(ProviderWords.cleaned($0, hiding: secrets).quoted(atMost: limit))" }
        }
        suffix = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    /// Reads a response. Returns nil if it reports no error.
    init?(_ root: JSONValue?, hiding secrets: [String]) {
        guard let error = root?.member("error"), !error.isNull, !error.equals(""), error.boolean != false else {
            return nil
        }
        self.init(
            error: error.string ?? "(\(error.kind.rawValue))", description: root?.member("error_description")?.string,
            hiding: secrets)
    }

    /// The minimum length of a piece of a secret that is hidden as a word.
    private static let shortestPiece = 8
    fileprivate static let hidden = "(hidden)"

    private static func cleaned(_ text: String, hiding secrets: [String]) -> String {
        var text = text
        let secrets = secrets.filter { !$0.isEmpty }
        for secret in secrets {
            for form in [secret, FormEncoding.encode(secret), FormEncoding.encode(secret, spaceIsPlus: true)] {
                text = text.hiding(form)
            }
        }
        return words(of: text).map { word in
            let isPiece = word.utf8.count >= shortestPiece && secrets.contains { $0.holds(exactly: word) }
            // Tokens of any kind are hidden: `eyJ` is the start of a JSON object in base64url.
            return isPiece || word.utf8.count >= 16 && word.starts(exactly: "eyJ") ? hidden : String(word)
        }.joined()
    }

    /// Splits the text into runs of token characters and the runs between them.
    private static func words(of text: String) -> [Substring] {
        var (words, rest): ([Substring], Substring) = ([], text[...])
        while let first = rest.utf8.first {
            let isWord = isOfToken(first)
            let end = rest.utf8.firstIndex { isOfToken($0) != isWord } ?? rest.endIndex
            words.append(rest[..<end])
            rest = rest[end...]
        }
        return words
    }

    private static func isOfToken(_ octet: UInt8) -> Bool {
        (0x61...0x7A).contains(octet | 0x20) || (0x30...0x39).contains(octet) || octet == 0x2D || octet == 0x5F
    }
}

extension String {
    fileprivate func hiding(_ part: String) -> String {
        var (result, rest) = ("", self[...])
        while let (before, after) = rest.cut(at: part) {
            result += before + ProviderWords.hidden
            rest = after
        }
        return result + rest
    }
}

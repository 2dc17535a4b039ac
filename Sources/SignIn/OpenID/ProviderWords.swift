internal import HTTPMessage
internal import JSON
internal import Text

/// What a provider says of a refusal, fit for the log: its `error` and its `error_description` (RFC 6749, sections 4.1.2.1
/// and 5.2), in one line, bounded, and without what was sent to it. Providers repeat codes and secrets in their words.
struct ProviderWords: Sendable {
    /// The code, if it has the form of one.
    let code: String?
    /// Follows a sentence: ` (error "invalid_grant", error_description "…")`; empty if nothing was said.
    let suffix: String

    /// - Parameter secrets: what was sent; neither they nor long pieces of them are shown.
    init(error: String?, description: String?, hiding secrets: [String]) {
        code = error.flatMap(SignInFailure.code)
        let parts = [("error", error, 64), ("error_description", description, 300)].compactMap { name, text, limit in
            text.map { "\(name) \(ProviderWords.cleaned($0, hiding: secrets).quoted(atMost: limit))" }
        }
        suffix = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    /// Of an answer; nil if it reports no error.
    init?(_ root: JSONValue?, hiding secrets: [String]) {
        guard let error = root?.member("error"), !error.isNull, !error.equals(""), error.boolean != false else {
            return nil
        }
        self.init(
            error: error.string ?? "(\(error.kind.rawValue))", description: root?.member("error_description")?.string,
            hiding: secrets)
    }

    /// The shortest piece of a secret that is hidden where it stands alone.
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
            // A token of any kind: `eyJ` is how a JSON object begins in base64url.
            return isPiece || word.utf8.count >= 16 && word.starts(exactly: "eyJ") ? hidden : String(word)
        }.joined()
    }

    /// The text cut into runs of what tokens are made of, and the octets between them.
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

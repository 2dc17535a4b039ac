internal import HTTPMessage
internal import JSON
internal import Text

/// A provider's `error` and `error_description` (RFC 6749, sections 4.1.2.1 and 5.2), made safe for the log. The text
/// is one line, limited in length, and without the secrets of the request. Providers repeat codes and secrets in their
/// descriptions.
struct ProviderErrorText: Sendable {
    /// The error code; nil if the text does not have the form of a code.
    let code: String?
    /// A suffix for a sentence: ` (error "invalid_grant", error_description "…")`; empty if the provider sent neither.
    let suffix: String

    /// - Parameter secrets: the secrets of the request. Neither they nor long pieces of them are shown.
    init(error: String?, description: String?, hiding secrets: [String]) {
        code = error.flatMap(SignInError.code).flatMap { code in
            ProviderErrorText.cleaned(code, hiding: secrets).isExactly(code) ? code : nil
        }
        let parts = [("error", error, 64), ("error_description", description, 300)].compactMap { name, text, limit in
            text.map { "\(name) \(ProviderErrorText.cleaned($0, hiding: secrets).quoted(atMost: limit))" }
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

    /// The minimum length of a piece of a secret for which a word is hidden.
    private static let shortestPiece = 4
    /// The maximum length of a text that is searched. Longer texts are cut first, because only their beginning is
    /// shown.
    private static let longest = 2 << 10
    fileprivate static let hidden = "(hidden)"

    static func cleaned(_ text: String, hiding secrets: [String]) -> String {
        // The text is cut at an octet; half a character is shown as a replacement character.
        var text = text.utf8.count <= longest ? text : String(decoding: text.utf8.prefix(longest), as: UTF8.self)
        let secrets = secrets.filter { !$0.isEmpty }
        for secret in secrets {
            // Some servers repeat a secret with `+` decoded as a space, or with lower-case percent-encoding.
            let encoded = [FormEncoding.encode(secret), FormEncoding.encode(secret, spaceIsPlus: true)]
            let decoded = String(decoding: secret.utf8.map { $0 == 0x2B ? 0x20 : $0 }, as: UTF8.self)
            for form in [secret, decoded] + encoded + encoded.map(withLowercaseDigits) { text = text.hiding(form) }
        }
        return runs(of: text, where: isBlank).map { word in
            // A word that contains a piece of a secret may be the secret in another spelling. Words that look like
            // tokens are hidden too: `eyJ` is the start of a JSON object in base64url.
            let isSecret = runs(of: String(word), where: isOfToken).contains { run in
                run.utf8.count >= shortestPiece && secrets.contains { $0.holds(exactly: run) }
                    || run.utf8.count >= 16 && run.starts(exactly: "eyJ")
            }
            return isSecret ? hidden : String(word)
        }.joined()
    }

    /// Returns the text with the two hexadecimal digits after each percent sign in lower case.
    private static func withLowercaseDigits(_ text: String) -> String {
        var digits = 0
        return String(
            decoding: text.utf8.map { octet in
                if octet == 0x25 { digits = 3 }
                digits -= 1
                return digits >= 0 && (0x41...0x46).contains(octet) ? octet | 0x20 : octet
            }, as: UTF8.self)
    }

    /// Splits the text into runs of octets that meet a condition, and the runs between them.
    private static func runs(of text: String, where isInside: (UInt8) -> Bool) -> [Substring] {
        var (runs, rest): ([Substring], Substring) = ([], text[...])
        while let first = rest.utf8.first {
            let kind = isInside(first)
            let end = rest.utf8.firstIndex { isInside($0) != kind } ?? rest.endIndex
            runs.append(rest[..<end])
            rest = rest[end...]
        }
        return runs
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0A }

    private static func isOfToken(_ octet: UInt8) -> Bool {
        (0x61...0x7A).contains(octet | 0x20) || (0x30...0x39).contains(octet) || octet == 0x2D || octet == 0x5F
    }
}

extension String {
    fileprivate func hiding(_ part: String) -> String {
        var (result, rest) = ("", self[...])
        while let (before, after) = rest.cut(at: part) {
            result += before + ProviderErrorText.hidden
            rest = after
        }
        return result + rest
    }
}

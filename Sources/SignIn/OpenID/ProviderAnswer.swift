internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Text

/// Reads responses of providers, and describes them for the log.
extension OutboundResponse {
    /// True if the server reports a temporary failure.
    var isOutage: Bool { status.code >= 500 || status.code == 429 || status.code == 408 }

    /// The status, and the target of a redirect: `302, a redirect to "https://sso.example/login"`.
    var outcome: String { outcome(hiding: []) }

    /// Describes the response as ``outcome`` does, without secrets.
    ///
    /// - Parameter secrets: the secrets of the request, which servers may repeat in a path.
    func outcome(hiding secrets: [String]) -> String {
        guard (300...399).contains(status.code), let location = fields.value(.location) else {
            return coding.map { "\(status.code), coded with \($0)" } ?? "\(status.code)"
        }
        return "\(status.code), a redirect to \(OutboundResponse.shown(location, hiding: secrets))"
    }

    /// Returns a URL without its query, fragment, path parameters and user name, which may contain secrets.
    private static func shown(_ location: String, hiding secrets: [String]) -> String {
        var text = location[...]
        for separator in ["#", "?", ";"] as [ASCII] { text = text.cut(at: separator)?.before ?? text }
        if let (scheme, rest) = text.cut(at: "//") {
            let authority = rest.cut(at: "/")?.before ?? rest
            if let (_, host) = authority.cut(atLast: "@") {
                text = "\(scheme)//\(host)\(rest.dropping(exactly: authority) ?? "")"
            }
        }
        return ProviderErrorText.cleaned(String(text), hiding: secrets).quoted(atMost: 200)
    }

    /// The content without white space at both ends.
    var bodyWithoutBlanks: [UInt8] {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D }
        let start = body.firstIndex { !isBlank($0) } ?? body.endIndex
        let end = body.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return Array(body[start..<end])
    }

    /// Parses the content as a JSON object.
    ///
    /// - Parameter limit: the maximum size in bytes.
    /// - Throws: a fault that names the error and its position.
    func object(atMost limit: Int = 1 << 20) throws(ProviderError) -> JSONDocument {
        if let coding {
            throw ProviderError(isOutage: false, "the response is coded with \(coding), which was not requested")
        }
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: body, maximumBytes: limit)
        } catch {
            throw ProviderError(isOutage: false, "the response is not JSON: \(error)\(type)")
        }
        guard document.root.kind == .object else {
            throw ProviderError(isOutage: false, "the response is not a JSON object")
        }
        return document
    }

    private var type: String {
        fields.value(.contentType).map { "; its Content-Type is \($0.quoted(atMost: 60))" } ?? ""
    }

    /// The media type without parameters, in lower case (RFC 9110, section 8.3.1).
    var mediaType: String? {
        fields.value(.contentType).map { ($0.cut(at: ";")?.before ?? $0[...]).trimmingBlanks().asciiLowercased() }
    }
}

extension ProviderError {
    /// Converts the error of a failed request. A response that cannot be read is not an outage.
    init(_ fault: OutboundError, from url: AbsoluteURL) {
        self.init(isOutage: !fault.isOfAnswer, "\(url.host)\(url.path): \(fault)")
    }
}

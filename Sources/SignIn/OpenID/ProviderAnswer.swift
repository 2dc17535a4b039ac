internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Text

/// Reads responses of providers, and describes them for the log.
extension OutboundResponse {
    /// Whether the server reports that it cannot respond at the moment.
    var isOutage: Bool { status.code >= 500 || status.code == 429 || status.code == 408 }

    /// The status, and the target of a redirect: `302, a redirect to "https://sso.example/login"`.
    var outcome: String {
        guard (300...399).contains(status.code), let location = fields.value(.location) else {
            return coding.map { "\(status.code), coded with \($0)" } ?? "\(status.code)"
        }
        return "\(status.code), a redirect to \(OutboundResponse.shown(location))"
    }

    /// Returns a URL without its query, fragment and user name, which may contain secrets.
    private static func shown(_ location: String) -> String {
        var text = location[...]
        for separator in ["#", "?"] as [ASCII] { text = text.cut(at: separator)?.before ?? text }
        if let (scheme, rest) = text.cut(at: "//") {
            let authority = rest.cut(at: "/")?.before ?? rest
            if let (_, host) = authority.cut(atLast: "@") {
                text = "\(scheme)//\(host)\(rest.dropping(exactly: authority) ?? "")"
            }
        }
        return text.quoted(atMost: 200)
    }

    /// Parses the content as a JSON object.
    ///
    /// - Parameter limit: the maximum size in bytes.
    /// - Throws: a fault that names the error and its place.
    func object(atMost limit: Int = 1 << 20) throws(ProviderFault) -> JSONDocument {
        if let coding {
            throw ProviderFault(isOutage: false, "the answer is coded with \(coding), which was not asked for")
        }
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: body, maximumBytes: limit)
        } catch {
            throw ProviderFault(isOutage: false, "the answer is not JSON: \(error)\(type)")
        }
        guard document.root.kind == .object else {
            throw ProviderFault(isOutage: false, "the answer is not a JSON object")
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

extension ProviderFault {
    /// Converts a failed request. A response that cannot be read is not an outage.
    init(_ fault: OutboundFault, from url: AbsoluteURL) {
        self.init(isOutage: !fault.isOfAnswer, "\(url.host)\(url.path): \(fault)")
    }
}

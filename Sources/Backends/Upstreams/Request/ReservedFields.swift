internal import Text

/// The names of fields that belong to the gateway or to the connection, in each spelling that an application could take
/// for them: without regard to case, and with `_` read as `-`, since CGI, WSGI and others make both the same.
public enum ReservedFields {
    /// Returns true for a field that only the gateway states: what a client sends under this name is never passed on.
    public static func areOfGateway(_ name: Span<UInt8>, in range: Range<Int>) -> Bool {
        switch initial(name, range) {
        case UInt8(ascii: "x"):
            name.begins(with: "x-forwarded-", in: range) || name.begins(with: "x-gatehouse-", in: range)
                || name.begins(with: "x-original-", in: range) || name.isOne(of: extensionNames, in: range)
        case UInt8(ascii: "f"): name.holds(fieldName: "forwarded", in: range)
        case UInt8(ascii: "r"): name.holds(fieldName: "remote-user", in: range)
        default: false
        }
    }

    /// The same for a name as text.
    public static func areOfGateway(_ name: String) -> Bool {
        let octets = Array(name.utf8)
        return areOfGateway(octets.span, in: 0..<octets.count)
    }

    /// The fields with a reserved beginning that proxies and applications are known to use.
    public static let known =
        [
            "Access-Token", "By", "Client-Cert", "Email", "For", "Groups", "Host", "Method", "Name", "Path", "Port",
            "Preferred-Username", "Prefix", "Proto", "Roles", "Scheme", "Server", "Ssl", "Tls-Client-Cert",
            "Tls-Client-Cert-Info", "Uri", "User",
        ].map { "X-Forwarded-" + $0 }
        + ["Assertion", "Identity", "Issuer", "Organization", "Role"].map { "X-Gatehouse-" + $0 }
        + ["Forwarded-For", "Host", "Method", "Path", "Uri", "Url"].map { "X-Original-" + $0 }

    private static let knownInLowerCase = known.map { Array($0.asciiLowercased().utf8) }

    /// Returns true for a field that only the gateway states and that is not among ``known``, or not in their spelling.
    /// Proxies that cannot remove fields by the beginning of their names would pass it on.
    public static func areUnknownOfGateway(_ name: Span<UInt8>, in range: Range<Int>) -> Bool {
        guard areOfGateway(name, in: range) else { return false }
        let isSpelledOtherwise = range.contains { index in
            let lower = ASCII.lowercased(name[index])
            return lower != FieldSpelling.folded(lower)
        }
        if isSpelledOtherwise { return true }
        guard name.begins(with: "x-", in: range), !name.isOne(of: extensionNames, in: range) else { return false }
        return !knownInLowerCase.contains { known in
            known.count == range.count
                && known.indices.allSatisfy { known[$0] == ASCII.lowercased(name[range.lowerBound + $0]) }
        }
    }

    /// Returns true for a field that states who the user is, or the request's id. No response of an upstream is passed
    /// on with one.
    static func stateIdentity(_ name: Span<UInt8>, in range: Range<Int>) -> Bool {
        switch initial(name, range) {
        case UInt8(ascii: "x"):
            name.begins(with: "x-forwarded-", in: range) || name.begins(with: "x-gatehouse-", in: range)
                || name.isOne(of: ["x-remote-user", "x-request-id"], in: range)
        case UInt8(ascii: "r"): name.holds(fieldName: "remote-user", in: range)
        default: false
        }
    }

    /// Returns true for hop-by-hop fields (RFC 9110, section 7.6.1), and for those that describe the framing.
    static func areOfConnection(_ name: Span<UInt8>, in range: Range<Int>) -> Bool {
        switch initial(name, range) {
        case UInt8(ascii: "c"): name.isOne(of: ["connection", "content-length"], in: range)
        case UInt8(ascii: "k"): name.holds(fieldName: "keep-alive", in: range)
        case UInt8(ascii: "p"): name.begins(with: "proxy-", in: range)
        case UInt8(ascii: "t"): name.isOne(of: ["te", "trailer", "transfer-encoding"], in: range)
        case UInt8(ascii: "u"): name.holds(fieldName: "upgrade", in: range)
        default: false
        }
    }

    private static let extensionNames: [StaticString] = [
        "x-real-ip", "x-rewrite-url", "x-script-name", "x-remote-user", "x-http-method", "x-http-method-override",
        "x-method-override", "x-request-id",
    ]

    private static func initial(_ name: Span<UInt8>, _ range: Range<Int>) -> UInt8? {
        range.isEmpty ? nil : ASCII.lowercased(name[range.lowerBound])
    }
}

extension Span where Element == UInt8 {
    /// Returns true if a range begins with the beginning of a field name.
    fileprivate func begins(with start: StaticString, in range: Range<Int>) -> Bool {
        let count = start.utf8CodeUnitCount
        return range.count >= count && holds(fieldName: start, in: range.lowerBound..<range.lowerBound + count)
    }

    fileprivate func isOne(of names: [StaticString], in range: Range<Int>) -> Bool {
        names.contains { holds(fieldName: $0, in: range) }
    }
}

internal import Addresses
internal import HTTPMessage
internal import Text

// postgresql://[userspec@][hostspec][/dbname][?paramspec]    (PostgreSQL 15, section 34.1.1.2)
// userspec = user[:password]    hostspec = [host][:port][,...]    paramspec = name=value[&...]
/// The place of a PostgreSQL database: a connection URI of libpq without a password.
///
/// Only what libpq reads in one way is accepted, so that the values here are the ones that it uses. No message quotes
/// the text, since it may hold a password after all.
public struct PostgreSQLURL: Sendable, Hashable {
    /// A server, or a folder of a server's socket.
    public struct Host: Sendable, Hashable {
        /// A name, a numeric address without brackets, or the path of the folder of a socket.
        public let name: String
        /// The port; nil for libpq's own, which is 5432.
        public let port: UInt16?

        /// True if the host can only be this machine.
        public var isLocal: Bool {
            name.starts(exactly: "/") || name.isExactly(ignoringASCIICase: "localhost")
                || (IPAddress(name)?.isLoopback ?? false)
        }
    }

    /// The reason why a text is no such URL, in words that follow the name of a setting. They never quote the text.
    public struct SyntaxError: Error, Sendable {
        public let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    /// The URL as given.
    public let text: String
    /// The user, percent-decoded; nil for the user of the process.
    public let user: String?
    /// The servers in the order in which they are tried; at least one.
    public let hosts: [Host]
    /// The database, percent-decoded.
    public let database: String
    /// Further parameters, decoded.
    private let parameters: [ExactText: String]

    public static func == (one: PostgreSQLURL, other: PostgreSQLURL) -> Bool { one.text.isExactly(other.text) }
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(text)) }

    /// - Throws: what is wrong, and a password as such.
    public init(_ text: String) throws(SyntaxError) {
        guard !text.starts(exactly: "postgres://") else {
            throw SyntaxError("must begin with \"postgresql://\", not with \"postgres://\"")
        }
        guard let afterScheme = text.dropping(exactly: "postgresql://") else {
            throw SyntaxError("must be \(PostgreSQLURL.noun)")
        }
        let octets = Array(afterScheme.utf8)
        guard octets.count <= 4096 else { throw SyntaxError("must be at most 4096 characters") }
        // libpq knows no fragment, and reads # as part of the name before it.
        guard octets.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw SyntaxError("must percent-encode #, spaces, controls and characters outside ASCII")
        }
        let parts = URLParts(octets[...])
        if parts.holdsPassword { throw SyntaxError(PostgreSQLURL.passwordAdvice) }
        // libpq takes the first @ before the first slash as the end of the user, also behind a question mark.
        guard !parts.holdsFurtherAt else {
            throw SyntaxError("must write @ as %40, except after the user; write a password as \"password\"")
        }
        var parameters = try PostgreSQLParameters.read(parts.query)
        func take(_ name: String, instead: ArraySlice<UInt8>?) throws(SyntaxError) -> String? {
            guard let value = parameters.removeValue(forKey: ExactText(name)) else { return nil }
            guard instead == nil else {
                throw SyntaxError("must not have the parameter \"\(name)\" besides the same in front of the ?")
            }
            return value
        }
        let user = try parts.user.map { (part) throws(SyntaxError) in try PostgreSQLURL.decoded(part, "the user") }
        self.user = try take("user", instead: parts.user) ?? user
        guard !parts.database.contains(UInt8(ascii: "/")) else {
            throw SyntaxError("must have one / after the host, and write others as %2F")
        }
        let named = parts.database.isEmpty ? nil : parts.database
        let database = try named.map { (part) throws(SyntaxError) in
            try PostgreSQLURL.decoded(part, "the database")
        }
        guard let database = try take("dbname", instead: named) ?? database else {
            throw SyntaxError("must name the database: postgresql://USER@HOST/DATABASE")
        }
        self.database = database
        let authority = parts.hosts.isEmpty ? nil : parts.hosts
        let listed = (
            try take("host", instead: authority), try take("port", instead: authority),
            try take("hostaddr", instead: nil)
        )
        if let authority {
            hosts = try PostgreSQLHosts.read(authority)
        } else {
            hosts = try PostgreSQLHosts.read(listed.0, ports: listed.1)
        }
        if let addresses = listed.2 { try PostgreSQLHosts.check(addresses: addresses, count: hosts.count) }
        (self.text, self.parameters) = (text, parameters)
    }

    /// The form of a URL, for messages.
    public static let noun = "a URL such as postgresql://gatehouse@db.example.com/gatehouse?sslmode=verify-full"
    /// What to do with a password.
    static let passwordAdvice =
        "must not contain a password: use \"password\", as in {\"postgresql\": URL, \"password\": {\"file\": \"PATH\"}}"

    /// Percent-decodes a part that must not be empty.
    static func decoded(_ part: ArraySlice<UInt8>, _ noun: String) throws(SyntaxError) -> String {
        guard let text = Target.percentDecoded(part), !text.isEmpty else {
            throw SyntaxError("must have \(noun) as UTF-8, percent-encoded and not empty")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw SyntaxError("must have \(noun) without control characters")
        }
        return text
    }

    /// What is allowed but probably not intended, in words that follow the name of a setting.
    public var oddities: [String] {
        var found: [String] = []
        let mode = parameters[ExactText("sslmode")]
        let isVerified = mode.isExactly("verify-full") || mode.isExactly("verify-ca")
        if !isVerified, let host = hosts.first(where: { !$0.isLocal }) {
            found.append(
                "does not verify the certificate of \(host.name.quoted()), so that another machine can pose as the "
                    + "database; add sslmode=verify-full")
        }
        if parameters[ExactText("target_session_attrs")].isExactly("any") {
            found.append("may reach a standby, which refuses writes; remove target_session_attrs=any")
        }
        return found
    }
}

/// The parts of a URL behind its scheme, not decoded.
private struct URLParts {
    /// The user without a password; nil without an @.
    let user: ArraySlice<UInt8>?
    let hosts: ArraySlice<UInt8>
    /// What follows the first slash, before the query.
    let database: ArraySlice<UInt8>
    let query: ArraySlice<UInt8>?
    let holdsPassword: Bool
    /// True if there is an @ that does not end the user.
    let holdsFurtherAt: Bool

    init(_ text: ArraySlice<UInt8>) {
        let mark = text.firstIndex(of: UInt8(ascii: "?"))
        let front = text[..<(mark ?? text.endIndex)]
        query = mark.map { text[($0 + 1)...] }
        let slash = front.firstIndex(of: UInt8(ascii: "/")) ?? front.endIndex
        database = front[slash...].dropFirst()
        let authority = front[..<slash]
        let at = authority.firstIndex(of: UInt8(ascii: "@"))
        let userInfo = at.map { authority[..<$0] }
        let colon = userInfo?.firstIndex(of: UInt8(ascii: ":"))
        user = userInfo.map { $0[..<(colon ?? $0.endIndex)] }
        holdsPassword = colon != nil
        hosts = authority[(at.map { $0 + 1 } ?? authority.startIndex)...]
        holdsFurtherAt = text.count { $0 == UInt8(ascii: "@") } > (at == nil ? 0 : 1)
    }
}

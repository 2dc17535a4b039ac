internal import HTTPMessage
internal import Text

/// The parameters of a connection URI that are allowed: those of libpq 15 (section 34.1.2), except what holds a secret,
/// refers to a file of settings elsewhere, or that the gateway decides itself.
enum PostgreSQLParameters {
    private enum Form {
        case text
        /// A path, which libpq would resolve against the working directory.
        case path
        case number
        case word([String])
    }

    private static let allowed: [(name: String, form: Form)] = [
        ("host", .text), ("hostaddr", .text), ("port", .text), ("dbname", .text), ("user", .text),
        ("target_session_attrs", .word(["read-write", "primary", "any"])), ("connect_timeout", .number),
        ("application_name", .text),
        ("sslmode", .word(["verify-full", "verify-ca", "require", "prefer", "allow", "disable"])),
        ("sslrootcert", .path), ("sslcert", .path), ("sslkey", .path), ("sslcrl", .path), ("sslcrldir", .path),
        ("sslsni", .word(["0", "1"])), ("ssl_min_protocol_version", .word(["TLSv1.2", "TLSv1.3"])),
        ("ssl_max_protocol_version", .word(["TLSv1.2", "TLSv1.3"])),
        ("channel_binding", .word(["require", "prefer", "disable"])),
        ("gssencmode", .word(["require", "prefer", "disable"])), ("krbsrvname", .text), ("requirepeer", .text),
        ("keepalives", .word(["0", "1"])), ("keepalives_idle", .number), ("keepalives_interval", .number),
        ("keepalives_count", .number), ("tcp_user_timeout", .number),
    ]

    /// Parameters that libpq knows and that are refused, with what to do.
    private static let refused: [(name: String, advice: String)] = [
        ("password", PostgreSQLURL.passwordAdvice),
        ("passfile", "must not have the parameter \"passfile\": use \"password\" with {\"file\": \"PATH\"}"),
        ("sslpassword", "must not have the parameter \"sslpassword\": use a key without a passphrase"),
        ("service", "must not have the parameter \"service\": write out what the service stands for"),
        ("servicefile", "must not have the parameter \"servicefile\": write out what the service stands for"),
        (
            "options",
            "must not have the parameter \"options\", which poolers refuse: set it for the role, with ALTER ROLE … SET"
        ),
        ("client_encoding", "must not have the parameter \"client_encoding\": it is always UTF8"),
        ("ssl", "must not have the parameter \"ssl\": write sslmode=verify-full"),
        ("replication", "must not have the parameter \"replication\""),
    ]

    /// Returns the decoded parameters of a query.
    static func read(_ query: ArraySlice<UInt8>?) throws(PostgreSQLURL.SyntaxError) -> [ExactText: String] {
        var parameters: [ExactText: String] = [:]
        guard let query else { return parameters }
        for part in query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let sides = part.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw PostgreSQLURL.SyntaxError(
                    "must have after the ? pairs NAME=VALUE, separated by &, with other & and = encoded")
            }
            // libpq decodes names too.
            let name = try PostgreSQLURL.decoded(sides[0], "each name of a parameter")
            if let known = refused.first(where: { name.isExactly($0.name) }) {
                throw PostgreSQLURL.SyntaxError(known.advice)
            }
            guard let known = allowed.first(where: { name.isExactly($0.name) }) else {
                // The name is not quoted, since it may be the rest of a password.
                let names = allowed.map(\.name)
                let meant = Suggestion.nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
                throw PostgreSQLURL.SyntaxError(
                    "must have no other parameters than \(names.joined(separator: ", "))\(meant)")
            }
            let value = try PostgreSQLURL.decoded(sides[1], "the parameter \"\(known.name)\"")
            try check(value, known)
            guard parameters.updateValue(value, forKey: ExactText(name)) == nil else {
                throw PostgreSQLURL.SyntaxError("must not have the parameter \"\(known.name)\" twice")
            }
        }
        return parameters
    }

    private static func check(_ value: String, _ known: (name: String, form: Form)) throws(PostgreSQLURL.SyntaxError) {
        switch known.form {
        case .text: return
        case .path:
            guard value.starts(exactly: "/") else {
                throw PostgreSQLURL.SyntaxError("must have in \"\(known.name)\" an absolute path")
            }
        case .number:
            guard (1...6).contains(value.utf8.count), value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw PostgreSQLURL.SyntaxError("must have in \"\(known.name)\" a whole number of at most 6 digits")
            }
        case .word(let words):
            guard !words.contains(exactly: value) else { return }
            throw PostgreSQLURL.SyntaxError("must have in \"\(known.name)\" one of \(words.joined(separator: ", "))")
        }
    }
}

public import JSON
internal import Text

/// Top-level claims of which nothing is known: neither their values, nor whether they are there at all. Unknown is never
/// taken for absent: a rule that looks at such a claim decides only if it matches.
public struct UnknownClaims: Sendable, Hashable {
    /// Left out by the provider for size. They stay unknown although some value may be there.
    var leftOut: Set<ExactText> = []
    /// Of an ID token that is too old by now. They are unknown while no other source supplies them.
    var lapsed: Set<ExactText> = []
    /// The names that the ID token had, if userinfo was needed and could not be obtained, or if the token says in a way
    /// that cannot be read what was left out: all other claims are unknown, until an ID token says otherwise. `nil` if
    /// userinfo was obtained, or was not needed.
    var certain: Set<ExactText>?

    init() {}

    /// What claims say about themselves: every name in `_claim_names` (OpenID Connect Core 1.0, section 5.6.2), and
    /// `groups` where `hasgroups` says that there are some (Microsoft Entra ID).
    init(announcedBy claims: JSONValue) {
        if let names = claims.member("_claim_names"), !names.isNull {
            if names.kind == .object {
                for member in names.members { leftOut.insert(ExactText(member.name)) }
            } else {
                certain = Set(claims.members.map { ExactText($0.name) })
            }
        }
        // `false` and null say that there are none.
        if let flag = claims.member("hasgroups"), flag.boolean != false, !flag.isNull {
            leftOut.insert(ExactText("groups"))
        }
    }

    /// Whether every claim is known.
    public var isEmpty: Bool { leftOut.isEmpty && lapsed.isEmpty && certain == nil }

    /// Whether userinfo was needed and could not be obtained.
    public var isUserinfoMissing: Bool { certain != nil }

    /// Whether claims of the last ID token count no more because of its age.
    public var hasLapsed: Bool { !lapsed.isEmpty }

    /// Whether the provider left a claim out for size.
    public func leavesOut(_ name: String) -> Bool { !leftOut.isEmpty && leftOut.contains(ExactText(name)) }

    /// Whether nothing is known of a claim.
    ///
    /// - Parameter isPresent: whether a value of it is there.
    func contains(_ name: String, isPresent: Bool) -> Bool {
        guard !isEmpty else { return false }
        let name = ExactText(name)
        return leftOut.contains(name) || !isPresent && lapsed.contains(name)
            || certain.map { !$0.contains(name) } ?? false
    }
}

/// Claims as rules are tried against them: their values, and which of them are unknown.
public struct KnownClaims: Sendable {
    /// An object.
    public let root: JSONValue
    public let unknown: UnknownClaims

    init(_ root: JSONValue, unknown: UnknownClaims) {
        self.root = root
        self.unknown = unknown
    }

    /// Claims of one source, by their own word.
    public init(_ root: JSONValue) {
        self.init(root, unknown: UnknownClaims(announcedBy: root))
    }

    /// Whether nothing is known of a top-level claim, or not all.
    public func isUnknown(_ name: String) -> Bool {
        guard !unknown.isEmpty else { return false }
        return unknown.contains(name, isPresent: root.member(name) != nil)
    }
}

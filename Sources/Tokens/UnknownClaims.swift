public import JSON
internal import Text

/// Top-level claims whose value and presence are unknown. An unknown claim is never treated as absent: a rule on it
/// applies only if it matches.
public struct UnknownClaims: Sendable, Hashable {
    /// Claims that the provider left out for size. They stay unknown even if a value is present.
    var leftOut: Set<ExactText> = []
    /// Claims of an ID token that is too old. They are unknown until another source supplies them.
    var lapsed: Set<ExactText> = []
    /// The claim names of the ID token; every other claim is unknown until an ID token supplies it. Set if userinfo was
    /// needed but not obtained, or if the list of left-out claims is unreadable. Nil if userinfo was obtained or not
    /// needed.
    var certain: Set<ExactText>?

    init() {}

    /// Finds the claims that the provider declares as left out. They are every name in `_claim_names` (OpenID Connect
    /// Core 1.0, section 5.6.2), and `groups` if `hasgroups` is set (Microsoft Entra ID).
    init(announcedBy claims: JSONValue) {
        if let names = claims.member("_claim_names"), !names.isNull {
            if names.kind == .object {
                for member in names.members { leftOut.insert(ExactText(member.name)) }
            } else {
                certain = Set(claims.members.map { ExactText($0.name) })
            }
        }
        // `false` and null mean that the user has no groups.
        if let flag = claims.member("hasgroups"), flag.boolean != false, !flag.isNull {
            leftOut.insert(ExactText("groups"))
        }
    }

    /// True if every claim is known.
    public var isEmpty: Bool { leftOut.isEmpty && lapsed.isEmpty && certain == nil }

    /// True if userinfo was needed but not obtained, or if the list of left-out claims is unreadable.
    public var isUserinfoMissing: Bool { certain != nil }

    /// True if claims of the last ID token have expired because of its age.
    public var hasLapsed: Bool { !lapsed.isEmpty }

    /// Returns true if the provider left the claim out for size.
    public func leavesOut(_ name: String) -> Bool { !leftOut.isEmpty && leftOut.contains(ExactText(name)) }

    /// Returns true if a claim is unknown.
    ///
    /// - Parameter isPresent: true if a value of the claim is present.
    func contains(_ name: String, isPresent: Bool) -> Bool {
        guard !isEmpty else { return false }
        let name = ExactText(name)
        return leftOut.contains(name) || !isPresent && lapsed.contains(name)
            || certain.map { !$0.contains(name) } ?? false
    }
}

/// Claims that rules are evaluated against: their values, and which claims are unknown.
public struct KnownClaims: Sendable {
    /// The claims, a JSON object.
    public let root: JSONValue
    public let unknown: UnknownClaims

    init(_ root: JSONValue, unknown: UnknownClaims) {
        self.root = root
        self.unknown = unknown
    }

    /// Creates the claims of one source. Its `_claim_names` and `hasgroups` state which claims are unknown.
    public init(_ root: JSONValue) {
        self.init(root, unknown: UnknownClaims(announcedBy: root))
    }

    /// Returns true if a top-level claim is unknown, or known only in part.
    public func isUnknown(_ name: String) -> Bool {
        guard !unknown.isEmpty else { return false }
        return unknown.contains(name, isPresent: root.member(name) != nil)
    }
}

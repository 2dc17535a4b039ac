internal import Audit
internal import Identities
internal import JSON
internal import Text
internal import Time

/// An event of the audit log, as the page reads it.
struct AuditEntry: Sendable {
    /// A user as known at the time of the event.
    struct Person: Sendable {
        /// The id of the identity; nil in events of earlier versions.
        let id: String?
        let name: String?
        let email: String?
        let issuer: String?
        let subject: String
        /// Whether the provider had verified the address; nil if that is unknown.
        let isEmailVerified: Bool?

        var isNamed: Bool { name != nil }

        /// The identity; nil if the event names no issuer.
        var identity: Identity? { issuer.map { Identity(issuer: Issuer($0), subject: Subject(subject)) } }

        /// The name, or the address or the subject of a user without one.
        var title: String { name ?? email ?? subject }
    }

    let sequence: Int
    let at: Timestamp
    let actorKind: String
    /// The acting user; nil for operators and the gateway itself.
    let actor: Person?
    /// Nil for an action that only a newer version knows.
    let action: AuditAction?
    let actionName: String
    let target: String?
    /// The user that the action was on; nil if it was on none.
    let person: Person?
    let outcome: AuditOutcome
    let reason: String?
    let requestID: String?
    let address: String?
    private let details: [ExactText: String]

    /// Returns nil if the JSON is not an event.
    init?(_ json: [UInt8]) {
        guard let root = try? JSONDocument(parsing: json).root,
            let at = root.member("timestamp")?.string.flatMap({ Timestamp(rfc3339: $0) }),
            let sequence = root.member("sequence")?.integer, let action = root.member("action")?.string,
            let actor = root.member("actor")
        else { return nil }
        var details: [ExactText: String] = [:]
        for member in root.member("details")?.members.map({ $0 }) ?? [] {
            details[ExactText(member.name)] = member.value.string
        }
        func text(_ name: String) -> String? { root.member(name)?.string.flatMap { $0.isEmpty ? nil : $0 } }
        func isVerified(_ name: ExactText) -> Bool? { details[name].map { $0.isExactly("true") } }
        self.sequence = Int(sequence)
        self.at = at
        actorKind = actor.member("kind")?.string ?? ""
        self.actor = actor.member("subject")?.string.map { subject in
            Person(
                id: details["actor_id"], name: details["actor_name"], email: actor.member("email")?.string,
                issuer: actor.member("issuer")?.string, subject: subject,
                isEmailVerified: isVerified("actor_email_verified"))
        }
        self.action = AuditAction(exactly: action)
        actionName = action
        target = text("target")
        let target = target
        person = details["subject"].map { subject in
            Person(
                id: target, name: details["name"], email: details["email"], issuer: details["issuer"], subject: subject,
                isEmailVerified: isVerified("email_verified"))
        }
        outcome = text("outcome").flatMap { AuditOutcome(exactly: $0) } ?? .failure
        reason = text("reason")
        requestID = text("request_id")
        address = text("ip")
        self.details = details
    }

    /// Whether a user signed in and got no role.
    var isDeniedSignIn: Bool { action == .signIn && outcome == .denied }

    subscript(detail: String) -> String? { details[ExactText(detail)] }

    /// A detail that is a number.
    func number(_ detail: String) -> Int? { self[detail].flatMap { Int($0) } }
}

public import Identities
internal import Text

/// A user as an audit event names one: as known at the time of the event.
public struct AuditPerson: Sendable, Hashable {
    public let identity: Identity
    public let email: EmailAddress?
    /// The full name; nil if it is unknown.
    public let name: String?
    /// Whether the provider had verified the address; nil if that is unknown, or if there is no address.
    public let isEmailVerified: Bool?

    public init(_ identity: Identity, email: EmailAddress? = nil, name: String? = nil, isEmailVerified: Bool? = nil) {
        self.identity = identity
        self.email = email
        self.name = name
        self.isEmailVerified = email == nil ? nil : isEmailVerified
    }

    /// The name and the verification, as details of an event.
    ///
    /// - Parameter prefix: the beginning of the details' names.
    fileprivate func details(_ prefix: String) -> [(name: String, value: String)] {
        let verified = isEmailVerified.map { $0 ? "true" : "false" }
        return [("name", name), ("email_verified", verified)].compactMap { part, value in
            value.map { (prefix + part, $0) }
        }
    }
}

/// The actor of an audit event.
public enum AuditActor: Sendable, Hashable {
    /// A signed-in user, or a program with a bearer token.
    case person(AuditPerson)
    /// An operator, using the command line on the gateway's own machine.
    case `operator`
    /// The gateway itself: it ended an expired session, or acted on a provider's request.
    case system

    /// A user of whom only the identity and the address are known.
    public static func identity(_ identity: Identity, email: EmailAddress?) -> AuditActor {
        .person(AuditPerson(identity, email: email))
    }

    /// The name in the API contract.
    public var kind: String {
        switch self {
        case .person: "identity"
        case .operator: "operator"
        case .system: "system"
        }
    }

    /// The user; nil for the operator and the gateway.
    var person: AuditPerson? { if case .person(let person) = self { person } else { nil } }

    /// What the event's member `actor` has no place for: the user's id, name, and the verification of the address.
    var details: [(name: String, value: String)] {
        get throws(AuditEvent.HashingError) {
            guard let person else { return [] }
            guard let id = try? IdentityID(person.identity) else { throw AuditEvent.HashingError() }
            return [("actor_id", id.text)] + person.details("actor_")
        }
    }
}

extension AuditRecord {
    /// Returns the record of an action on a user: the target is the id of the user's identity, and the details name the
    /// user.
    ///
    /// - Parameter id: the id of the identity.
    public func about(_ person: AuditPerson, _ id: IdentityID) -> AuditRecord {
        var record = self
        record.target = id.text
        record.details += [("issuer", person.identity.issuer.text), ("subject", person.identity.subject.text)]
        if let email = person.email { record.details.append(("email", email.spelling)) }
        record.details += person.details("")
        return record
    }
}

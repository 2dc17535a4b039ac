internal import Cryptography
public import Identities
internal import JSON
internal import Text
internal import Time

/// The closed list of audited actions.
public enum AuditAction: String, Sendable, Hashable, CaseIterable {
    case signIn = "sign_in"
    case signOut = "sign_out"
    case sessionEnd = "session_end"
    case grantCreate = "grant_create"
    case grantRevoke = "grant_revoke"
    case suspensionCreate = "suspension_create"
    /// A suspended user signed in with another verified address.
    case suspensionExtend = "suspension_extend"
    case suspensionDelete = "suspension_delete"
    case invitationCreate = "invitation_create"
    /// A mail server accepted an invitation email, or delivery was given up.
    case invitationSend = "invitation_send"
    case invitationResend = "invitation_resend"
    case invitationRevoke = "invitation_revoke"
    case invitationAccept = "invitation_accept"
    case invitationExpire = "invitation_expire"
    case claimMappingCreate = "claim_mapping_create"
    case claimMappingUpdate = "claim_mapping_update"
    case claimMappingDelete = "claim_mapping_delete"
    case accessRequestDismiss = "access_request_dismiss"
    /// A manager opened a dismissed access request again.
    case accessRequestReopen = "access_request_reopen"
    case inventoryImport = "inventory_import"
    case auditExport = "audit_export"
    /// A user exported the members, the invitations or the suspended users.
    case memberExport = "member_export"
    /// A user chose a time zone for the pages, or removed the choice.
    case timeZoneChange = "time_zone_change"
    /// A metric came near its license limit.
    case licenseNear = "license_near"
    /// A metric exceeded its license limit.
    case licenseOver = "license_over"
}

/// The outcome of an audited action.
public enum AuditOutcome: String, Sendable, Hashable, CaseIterable {
    case success
    case denied
    case failure
}

/// An action to be recorded: an event that has no place in a chain yet.
public struct AuditRecord: Sendable {
    /// The organization whose chain records the event; nil for the gateway's own chain.
    public var organization: OrganizationID?
    public var actor: AuditActor
    public var action: AuditAction
    /// The id of the object of the action; never a secret.
    public var target: String?
    public var outcome: AuditOutcome
    public var reason: String?
    public var requestID: String?
    public var address: String?
    /// Names and values that describe the action. Values are strings, because readers do not calculate with them.
    public var details: [(name: String, value: String)]

    public init(
        _ action: AuditAction, by actor: AuditActor, in organization: OrganizationID? = nil, target: String? = nil,
        outcome: AuditOutcome = .success, reason: String? = nil, requestID: String? = nil, address: String? = nil,
        details: [(name: String, value: String)] = []
    ) {
        self.action = action
        self.actor = actor
        self.organization = organization
        self.target = target
        self.outcome = outcome
        self.reason = reason
        self.requestID = requestID
        self.address = address
        self.details = details
    }
}

/// A record in its place in a chain, in the form that is hashed, exported and shown.
public struct AuditEvent: Sendable {
    /// The `previous_hash` of a chain's first event.
    public static let origin = String(repeating: "0", count: 64)

    /// The event's canonical JSON (RFC 8785) without `hash`: the input of ``hash``.
    public let canonical: [UInt8]
    /// Lower-case hexadecimal SHA-256 of ``canonical``.
    public let hash: String

    /// OpenSSL failed, or the record has no canonical form.
    struct HashingError: Error {}

    init(_ record: AuditRecord, id: String, sequence: Int, previous: String, at now: Timestamp) throws(HashingError) {
        // Members are written in the order of their names, as the canonical form requires. The writer's strings are
        // already canonical.
        var writer = JSONWriter(reservingCapacity: 700)
        writer.beginObject()
        writer.member("action", record.action.rawValue)
        writer.name("actor")
        writer.beginObject()
        let person = record.actor.person
        writer.member("email", person?.email?.spelling)
        writer.member("issuer", person?.identity.issuer.text)
        writer.member("kind", record.actor.kind)
        writer.member("subject", person?.identity.subject.text)
        writer.endObject()
        writer.name("details")
        writer.beginObject()
        let all = record.details + (try record.actor.details)
        let details = all.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
        for (index, detail) in details.enumerated() {
            guard index == 0 || !details[index - 1].name.isExactly(detail.name) else { throw HashingError() }
            writer.member(detail.name, detail.value)
        }
        writer.endObject()
        writer.member("id", id)
        writer.member("ip", record.address)
        writer.member("organization", record.organization?.text)
        writer.member("outcome", record.outcome.rawValue)
        writer.member("previous_hash", previous)
        writer.member("reason", record.reason)
        writer.member("request_id", record.requestID)
        writer.member("sequence", sequence)
        writer.member("target", record.target)
        writer.member("timestamp", AuditEvent.timestamp(milliseconds: now.nanoseconds / 1_000_000))
        writer.endObject()
        try self.init(canonical: writer.bytes)
    }

    init(canonical: [UInt8]) throws(HashingError) {
        guard let digest = try? Digest.sha256(canonical) else { throw HashingError() }
        self.canonical = canonical
        hash = AuditEvent.hexadecimal(digest)
    }

    /// The event with its hash, as the API and exports write it.
    public var json: [UInt8] {
        var bytes = Array(canonical.dropLast())
        bytes.append(contentsOf: ",\"hash\":\"\(hash)\"}".utf8)
        return bytes
    }

    /// Formats a time as RFC 3339 in UTC, to the millisecond.
    static func timestamp(milliseconds: Int64) -> String {
        let moment = Timestamp(seconds: 0) + .milliseconds(milliseconds)
        return String(decoding: moment.rfc3339Bytes(milliseconds: true), as: UTF8.self)
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

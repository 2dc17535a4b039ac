internal import Audit
internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import PageLayout
internal import Sessions
internal import Text
internal import Time
internal import Web

/// The names and links in the sentences of the audit log.
struct AuditNames: Sendable {
    let organization: String
    /// The names of providers, by their ids.
    let providers: [ExactText: String]
    /// The ranks of the rules of today, by their ids.
    let ranks: [ExactText: Int]
    /// The access requests that still exist, by their identities.
    var requests: [Identity: AccessRequest] = [:]

    private func link(_ name: String, _ value: String) -> String {
        "\(Paths.audit.path(organization))?\(FormEncoding.query([(name, value)]))"
    }

    func provider(_ id: String?) -> String { id.map { providers[ExactText($0)] ?? $0 } ?? "an unknown provider" }

    /// The actor with a link to everything that it did.
    func actor(_ entry: AuditEntry) -> HTML {
        guard let person = entry.actor else {
            return entry.actorKind.isExactly("operator")
                ? "<strong>An operator</strong>" : "<strong>Gatehouse</strong>"
        }
        return markup(person, link("actor", person.id ?? person.subject))
    }

    /// The user of an event with a link to everything that was done to the user.
    func person(_ entry: AuditEntry) -> HTML {
        guard let person = entry.person else { return target(entry, entry.target ?? "an unknown user") }
        return markup(person, entry.target.map { link("target", $0) })
    }

    /// The target with a link to everything that was done to it.
    func target(_ entry: AuditEntry, _ title: String) -> HTML {
        entry.target.map { "<a class=\"party\" href=\"\(link("target", $0))\">\(title)</a>" }
            ?? "<strong>\(title)</strong>"
    }

    /// The explanation of a denied sign-in whose access request still exists.
    func explanation(_ entry: AuditEntry) -> HTML? {
        guard entry.isDeniedSignIn, let actor = entry.actor, let identity = actor.identity,
            let request = requests[identity]
        else { return nil }
        let url = "\(Paths.explain.path(organization))?\(FormEncoding.query([("denied", request.id)]))"
        // What is explained is the last sign-in.
        let isLast = request.lastAt.seconds <= entry.at.seconds
        let title = isLast ? "Explain this sign-in" : "Explain the last sign-in"
        return "<a href=\"\(url)\">\(title)<span class=\"hidden\"> of \(actor.title)</span></a>"
    }

    private func markup(_ person: AuditEntry.Person, _ url: String?) -> HTML {
        let parts = [person.isNamed ? person.email : nil, person.subject].compactMap { $0 }
        let isDoubtful = person.isEmailVerified == false
        // Events of earlier versions do not say whether the address was verified.
        let isUnknown = if case (_?, nil) = (person.email, person.isEmailVerified) { true } else { false }
        let badge =
            isDoubtful
            ? Badge(.near, "Email not verified").markup
            : isUnknown ? Badge(.neutral, "Email verification unknown").markup : nil
        let title: HTML =
            isDoubtful && !person.isNamed
            ? "<span class=\"doubtful\">\(person.title)</span>" : "\(person.title)"
        let name: HTML =
            url.map { "<a class=\"party\" href=\"\($0)\" title=\"\(parts.joined(separator: " · "))\">\(title)</a>" }
            ?? "<strong>\(title)</strong>"
        return "\(name)\(badge.map { " \($0)" as HTML })"
    }
}

extension AuditAction {
    /// The action's title in the filter.
    var title: String {
        switch self {
        case .signIn: "Signed in"
        case .signOut: "Signed out"
        case .sessionEnd: "Ended sessions"
        case .grantCreate: "Gave a role"
        case .grantRevoke: "Revoked a role"
        case .suspensionCreate: "Suspended a user"
        case .suspensionExtend: "Extended a suspension"
        case .suspensionDelete: "Reinstated a user"
        case .accessRequestDismiss: "Dismissed an access request"
        case .accessRequestReopen: "Reopened an access request"
        case .invitationCreate: "Invited a user"
        case .invitationSend: "Sent an invitation email"
        case .invitationResend: "Renewed an invitation"
        case .invitationRevoke: "Revoked an invitation"
        case .invitationAccept: "Accepted an invitation"
        case .invitationExpire: "Invitation expired"
        case .claimMappingCreate: "Added a rule"
        case .claimMappingUpdate: "Changed a rule"
        case .claimMappingDelete: "Removed a rule"
        case .inventoryImport: "Published the inventory"
        case .auditExport: "Exported the audit log"
        case .memberExport: "Exported a list of people"
        case .timeZoneChange: "Changed a time zone"
        case .licenseNear: "Came near the license"
        case .licenseOver: "Exceeded the license"
        }
    }
}

extension AuditOutcome {
    /// The outcome's title in the filter.
    var title: String {
        switch self {
        case .success: "Succeeded"
        case .denied: "Denied"
        case .failure: "Failed"
        }
    }
}

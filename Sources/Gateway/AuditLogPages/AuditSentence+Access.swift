internal import Audit
internal import ClaimMapping
internal import PageLayout
internal import Text
internal import Web

extension AuditSentence {
    /// The most claim names that are shown; a token may have thousands.
    private static let mostClaims = 60

    init(signIn entry: AuditEntry, _ names: AuditNames) {
        let provider = names.provider(entry["provider"] ?? entry.target)
        switch entry.outcome {
        case .failure:
            self.init(.shield, .over, "A sign-in with \(provider) failed")
            badge = Badge(.over, "Failed")
            summary = AuditReason.text(entry.reason)
        case .denied:
            self.init(
                .shield, .over, "\(names.actor(entry)) signed in with \(provider) and has no role",
                lines: [names.explanation(entry)])
            summary = AuditReason.text(entry.reason)
        case .success:
            let role = entry["role"].map { " as \($0.roleTitle)" }
            self.init(.key, "\(names.actor(entry)) signed in with \(provider)\(role ?? "")")
            let rank = entry["mapping"].flatMap { names.ranks[ExactText($0)] }
            summary = rank.map { "Rule \($0)" } ?? (entry["mapping"] == nil ? "Stored role" : "A claim rule")
        }
        facts = [("Reason", entry.outcome == .success ? nil : "\(AuditReason.text(entry.reason))" as HTML)].compactMap {
            term, value in value.map { (term, $0) }
        }
        facts.append(("Provider", "\(provider)"))
        if let person = entry.actor {
            facts.append(("Email", person.email.map { "\($0)" } ?? "Not sent by the provider"))
            facts.append(("User ID", "<code>\(person.subject)</code>"))
        }
        let claims = (entry["claims"] ?? "").words(between: " ")
        if !claims.isEmpty {
            let shown = claims.prefix(AuditSentence.mostClaims).enumerated().map { index, claim -> HTML in
                "\(index == 0 ? "" : ", ")<code>\(String(claim))</code>"
            }
            let more = claims.count - AuditSentence.mostClaims
            facts.append(("Claims", "\(shown)\(more > 0 ? " and \(Number.grouped(more)) more" : "")"))
        }
        if let id = entry.requestID { facts.append(("Request", "<code>\(id)</code>")) }
    }

    init(sessionEnd entry: AuditEntry, _ names: AuditNames) {
        let actor = names.actor(entry)
        guard entry.person != nil else {
            self.init(.leave, "\(actor) ended one of their own sessions")
            return
        }
        let sessions = entry.number("sessions").map { Number.counted($0, "session") } ?? "the sessions"
        self.init(
            .leave, "\(actor) ended \(sessions) of \(names.person(entry))",
            lines: [entry.reason.map { "\(AuditReason.text($0))" }])
    }

    init(invitation entry: AuditEntry, _ names: AuditNames) {
        let actor = names.actor(entry)
        let invited = names.target(entry, entry["email"] ?? "an address")
        let role = entry["role"].map(\.roleTitle)
        let reason: HTML? = entry.reason.map { "\(AuditReason.text($0))" }
        switch entry.action {
        case .invitationSend where entry.outcome == .success:
            self.init(.mail, .good, "\(actor) sent the invitation email to \(invited)")
        case .invitationSend:
            self.init(
                .mail, .near, "\(actor) could not deliver the invitation email to \(invited)",
                lines: [entry["failure"].map { "\($0)" }])
            badge = Badge(.near, "Not delivered")
        case .invitationResend: self.init(.mail, "\(actor) made a new link for the invitation of \(invited)")
        case .invitationRevoke:
            self.init(.mail, .near, "\(actor) revoked the invitation of \(invited)", lines: [reason])
        case .invitationExpire: self.init(.mail, "The invitation of \(invited) expired")
        case .invitationAccept where entry.outcome == .success:
            let inviter: HTML =
                entry["inviter_email"].map { "the \(names.target(entry, "invitation")) from \($0)" }
                ?? "the \(names.target(entry, "invitation"))"
            self.init(
                .mail, .good, "\(actor) accepted \(inviter)",
                lines: [role.map { .change("\(entry["role_before"]?.roleTitle ?? "No role")", "\($0)") }])
        case .invitationAccept:
            self.init(.mail, .over, "\(actor) tried to accept the invitation of \(invited)", lines: [reason])
        default: self.init(.mail, "\(actor) invited \(invited)\(role.map { " as \($0)" } ?? "")")
        }
    }

    init(rule entry: AuditEntry, _ names: AuditNames) {
        let actor = names.actor(entry)
        let isRanked = entry["file_rules"] != nil
        let old = AuditRule(entry["before"], isRanked: isRanked)
        let new = AuditRule(entry["after"], isRanked: isRanked)
        func rule(_ rule: AuditRule?) -> HTML {
            names.target(entry, rule?.rank.map { "rule \($0)" } ?? "a rule")
        }
        switch (old, new) {
        case (let old?, let new?):
            let places: HTML? =
                old.rank == new.rank
                ? nil : .change("Position \(old.rank ?? 0)", "Position \(new.rank ?? 0)")
            let isMove = places != nil && old.hasSameCondition(as: new) && old.hasSameRole(as: new)
            self.init(
                .sliders, "\(actor) \(isMove ? "moved" : "changed") \(rule(new))",
                lines: [
                    old.hasSameCondition(as: new) ? new.condition : .change(old.condition, new.condition),
                    old.hasSameRole(as: new) ? nil : .change("\(old.role)", "\(new.role)"), places,
                ])
        case (nil, let new?):
            self.init(
                .sliders, .good, "\(actor) \(entry["undoes"] == nil ? "added" : "restored") \(rule(new))",
                lines: ["<ins>\(new.condition) gives \(new.role)</ins>"]
            )
        case (let old?, nil):
            self.init(
                .sliders, .near, "\(actor) removed \(rule(old))", lines: [.gone("\(old.condition) gives \(old.role)")])
        case (nil, nil):
            let verb =
                switch entry.action {
                case .claimMappingCreate: "added"
                case .claimMappingDelete: "removed"
                default: "changed"
                }
            self.init(.sliders, "\(actor) \(verb) \(rule(nil))")
        }
    }

    init(inventory entry: AuditEntry, _ names: AuditNames) {
        let counts = ["workspaces", "workflows", "members", "runners"].compactMap { name in
            entry.number(name).map { (name, $0) }
        }
        let workspaces = counts.first.map { ": \(Number.counted($0.1, "workspace"))" }
        self.init(.download, "\(names.actor(entry)) published the inventory\(workspaces ?? "")")
        guard counts.count > 1 else { return }
        summary = "Figures"
        facts = counts.map { ($0.inSentenceCase, "\(Number.grouped($1))") }
    }

    init(export entry: AuditEntry, _ names: AuditNames) {
        let format =
            switch entry["format"] {
            case "text/csv": " as CSV"
            case "application/jsonl": " as JSON lines"
            case "application/json": " as JSON"
            default: ""
            }
        let content =
            switch (entry.action, entry["list"]) {
            case (.auditExport, _): "the audit log"
            case (_, "invitations"): "the invitations"
            case (_, "suspended"): "the suspended people"
            default: "the members"
            }
        self.init(.download, "\(names.actor(entry)) exported \(content)\(format)")
        facts = [
            "from", "to", "actor", "target", "q", "action", "outcome", "role", "provider", "source", "rule", "state",
        ].compactMap { name in entry[name].map { (name, "\($0)") } }
        if !facts.isEmpty { summary = "Filters" }
    }
}

/// Reason codes of events in words.
enum AuditReason {
    private static let texts: [ExactText: String] = [
        "no_match": "No rule matches", "no_role": "No role in any organization",
        "email_unverified": "Email not verified by the provider",
        "claims_incomplete": "Claims left out by the provider", "suspended": "Suspended",
        "provider_not_accepted": "The organization doesn't accept this provider",
        "email_mismatch": "The invitation is for another address", "undeliverable": "The email could not be delivered",
        "manager_suspended": "The manager who sent it was suspended",
        "manager_revoked": "The manager who sent it lost the role",
        "backchannel_logout": "The provider ended the session",
        "provider_refused": "The provider did not confirm the session",
    ]

    /// The reason in words; a code without a text of its own, with spaces.
    static func text(_ code: String?) -> String {
        guard let code else { return "No reason was recorded" }
        if let text = texts[ExactText(code)] { return text }
        let words = code.split(at: "_").joined(separator: " ")
        return words.inSentenceCase
    }
}

internal import Audit
internal import PageLayout
internal import Text
internal import Web

/// An event as a sentence: who did what to whom, with the difference that it made.
struct AuditSentence {
    /// The colour of the icon: the kind of a badge.
    typealias Tone = Badge.Kind

    let icon: Icon
    var tone = Tone.neutral
    let text: HTML
    var badge: Badge?
    /// Lines below the sentence: differences and reasons.
    var lines: [HTML] = []
    /// What the folded part is about; nil without one.
    var summary: String?
    /// The folded part: terms and values.
    var facts: [(term: String, value: HTML)] = []

    init(_ icon: Icon, _ text: HTML, lines: [HTML?] = []) {
        self.init(icon, .neutral, text, lines: lines)
    }

    init(_ icon: Icon, _ tone: Tone, _ text: HTML, lines: [HTML?] = []) {
        self.icon = icon
        self.tone = tone
        self.text = text
        self.lines = lines.compactMap { $0 }
    }

    /// Every action has its own sentence.
    init(_ entry: AuditEntry, _ names: AuditNames) {
        let actor = names.actor(entry)
        self =
            switch entry.action {
            case .signIn: AuditSentence(signIn: entry, names)
            case .signOut: AuditSentence(.leave, "\(actor) signed out")
            case .sessionEnd: AuditSentence(sessionEnd: entry, names)
            case .grantCreate:
                AuditSentence(
                    .user, .good, "\(actor) gave \(names.person(entry)) a role",
                    lines: [entry["role"].map { .now($0.roleTitle) }])
            case .grantRevoke:
                AuditSentence(
                    .user, .near, "\(actor) revoked a role of \(names.person(entry))",
                    lines: [entry["role"].map { .gone("\($0.roleTitle)") }])
            case .suspensionCreate:
                AuditSentence(
                    .ban, .near, "\(actor) suspended \(names.person(entry))",
                    lines: [AuditSentence.reason(entry), AuditSentence.ended(entry)])
            case .suspensionExtend:
                AuditSentence(
                    .ban, .near, "\(actor) extended the suspension of \(names.person(entry)) to another address",
                    lines: [entry["email"].map { .now($0) }])
            case .suspensionDelete:
                AuditSentence(
                    .check, .good, "\(actor) reinstated \(names.person(entry))", lines: [AuditSentence.reason(entry)])
            case .accessRequestDismiss:
                AuditSentence(.close, "\(actor) dismissed the access request of \(names.person(entry))")
            case .accessRequestReopen:
                AuditSentence(.plus, "\(actor) reopened the access request of \(names.person(entry))")
            case .invitationCreate, .invitationSend, .invitationResend, .invitationRevoke, .invitationAccept,
                .invitationExpire:
                AuditSentence(invitation: entry, names)
            case .claimMappingCreate, .claimMappingUpdate, .claimMappingDelete: AuditSentence(rule: entry, names)
            case .inventoryImport: AuditSentence(inventory: entry, names)
            case .auditExport, .memberExport: AuditSentence(export: entry, names)
            case .timeZoneChange:
                AuditSentence(
                    .clock, "\(actor) changed their time zone",
                    lines: [.change("\(entry["before"] ?? "UTC")", "\(entry["after"] ?? "UTC")")])
            case .licenseNear: AuditSentence(.alert, .near, AuditSentence.metric(entry, names, "came near the license"))
            case .licenseOver: AuditSentence(.alert, .over, AuditSentence.metric(entry, names, "exceeded the license"))
            case nil:
                AuditSentence(.info, "\(actor) did <code>\(entry.actionName)</code>")
            }
        if badge == nil {
            switch entry.outcome {
            case .success: break
            case .denied: badge = Badge(.over, "Denied")
            case .failure: badge = Badge(.over, "Failed")
            }
        }
    }

    var markup: HTML {
        let lines = lines.map { "<p class=\"line\">\($0)</p>" as HTML }
        let facts = facts.map { "<div><dt>\($0.term)</dt><dd>\($0.value)</dd></div>" as HTML }
        let folded = summary.map { "<details><summary>\($0)</summary><dl>\(facts)</dl></details>" as HTML }
        return """
            <div class="event"><span class="event-icon \(tone.rawValue)">\(icon.markup)</span><div><p>\(text)\(badge.map { " \($0.markup)" as HTML })</p>\(lines)\(folded)</div></div>
            """
    }

    // MARK: Parts

    /// The reason that the manager stated.
    private static func reason(_ entry: AuditEntry) -> HTML? {
        (entry["reason"] ?? entry.reason).map { "Reason: \($0)" }
    }

    /// What ended with the user's access.
    private static func ended(_ entry: AuditEntry) -> HTML? {
        entry.number("sessions").map { "\(Number.counted($0, "session")) ended" }
    }

    /// A metric and what it did, with its figure.
    private static func metric(_ entry: AuditEntry, _ names: AuditNames, _ verb: String) -> HTML {
        let title = entry.target.map { target -> String in
            let words = target.split(at: "_").joined(separator: " ")
            return words.inSentenceCase
        }
        let figures: HTML? = entry.number("figure").flatMap { figure in
            entry.number("licensed").map { ": \(Number.grouped(figure)) of \(Number.grouped($0))" }
        }
        return "\(names.target(entry, title ?? "A figure")) \(verb)\(figures)"
    }
}

extension HTML {
    /// The old value struck through, and the new one.
    static func change(_ old: HTML, _ new: HTML) -> HTML {
        "<del>\(old)</del> <span class=\"arrow\" aria-hidden=\"true\">→</span><span class=\"hidden\"> is now </span> <ins>\(new)</ins>"
    }

    static func now(_ new: String) -> HTML { "<ins>\(new)</ins>" }
    static func gone(_ old: HTML) -> HTML { "<del>\(old)</del>" }
}

extension Number {
    /// `1 session`, `2 sessions`.
    static func counted(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension String {
    /// The words of a code, with a capital letter at the beginning.
    var inSentenceCase: String { String(prefix(1)).asciiUppercased() + dropFirst() }
}

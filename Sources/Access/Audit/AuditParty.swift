internal import Databases
internal import JSON
internal import Text

/// An actor or a target of events, with the text that searches look in: in lower case (ASCII), one part per line.
struct AuditParty: Hashable {
    /// The target's id; empty for an actor.
    let target: ExactText
    let words: ExactText

    private init(_ parts: [String?], target: String = "") {
        self.target = ExactText(target)
        words = ExactText(parts.map { $0 ?? "" }.joined(separator: "\n").asciiLowercased())
    }

    /// The actor of an event.
    init(actorOf event: JSONValue) {
        let (actor, details) = (event.member("actor"), event.member("details"))
        let kind = actor?.member("kind")?.string ?? ""
        guard kind.isExactly("identity") else {
            self.init([kind])
            return
        }
        self.init([
            details?.member("actor_id")?.string, details?.member("actor_name")?.string, actor?.member("email")?.string,
            actor?.member("subject")?.string,
        ])
    }

    /// The target of an event; nil if it has none.
    init?(targetOf event: JSONValue) {
        guard let target = event.member("target")?.string, !target.isEmpty else { return nil }
        let details = event.member("details")
        let parts = ["name", "email", "subject"].map { details?.member($0)?.string }
        self.init([target] + parts, target: target)
    }

    // MARK: The same as SQL, for events of earlier versions

    /// SQL: a member of the event as text, or an empty text.
    static func member(_ path: String) -> String {
        // An event that was altered may be no JSON; reading it must not fail, so that it can be reported.
        """
        CASE WHEN json_valid(CAST(event AS TEXT)) THEN coalesce(json_extract(CAST(event AS TEXT), '$.\(path)'), '')
        ELSE '' END
        """
    }

    private static func words(_ paths: String...) -> String {
        "lower(\(paths.map(member).joined(separator: " || char(10) || ")))"
    }

    static let actorWords = """
        CASE WHEN \(member("actor.kind")) = 'identity'
            THEN \(words("details.actor_id", "details.actor_name", "actor.email", "actor.subject"))
            ELSE \(words("actor.kind")) END
        """
    static let targetWords = words("target", "details.name", "details.email", "details.subject")

    // MARK: Rows

    /// Counts one more event of the party, and returns the id of its row.
    func note(in chain: String, _ transaction: Transaction) throws(DatabaseError) -> Int {
        let ids = try transaction.all(
            """
            INSERT INTO audit_party (chain, target, words, uses) VALUES ($1, $2, $3, 1)
            ON CONFLICT (chain, target, words) DO UPDATE SET uses = min(uses, 9007199254740991) + 1 RETURNING id
            """, .text(chain), .text(target.text), .text(words.text)
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let id = ids.first else {
            throw DatabaseError(.failed, cause: "an audit event's actor or target has no row")
        }
        return id
    }
}

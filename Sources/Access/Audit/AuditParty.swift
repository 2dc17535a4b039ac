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

    /// Counts one more event of the party, and returns the id of its row.
    func note(in chain: String, _ transaction: Transaction) throws(DatabaseError) -> Int {
        let ids = try transaction.all(
            AuditParty.noting(in: transaction.dialect), .text(chain), .text(target.text), .text(words.text)
        ) { row throws(DatabaseError) in row.integer(0) }
        guard let id = ids.first else {
            throw DatabaseError(.failed, cause: "an audit event's actor or target has no row")
        }
        return id
    }

    /// SQL: counts one more event of a party, and returns the party's id. PostgreSQL chooses no id itself, and its unique
    /// index is one over hashes, since the texts may be longer than a row of an index.
    private static func noting(in dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite:
            """
            INSERT INTO audit_party (chain, target, words, uses) VALUES ($1, $2, $3, 1)
            ON CONFLICT (chain, target, words) DO UPDATE SET uses = min(uses, 9007199254740991) + 1 RETURNING id
            """
        case .postgreSQL:
            """
            INSERT INTO audit_party (id, chain, target, words, uses)
            VALUES ((SELECT coalesce(max(id), 0) + 1 FROM audit_party), $1, $2, $3, 1)
            ON CONFLICT (chain, text_hash(target), text_hash(words))
            DO UPDATE SET uses = min(audit_party.uses, 9007199254740991) + 1 RETURNING id
            """
        }
    }
}

extension AuditLog {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE audit_event (
            -- The organization's id; empty for the gateway itself.
            chain TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            -- Milliseconds since 1970.
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            -- What the filter looks in: subject and address of the actor in lower case, or its kind.
            actor TEXT NOT NULL,
            -- Canonical JSON without the hash.
            event BLOB NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (chain, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit_head (
            chain TEXT NOT NULL PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        """
        -- Actors and targets, each as a text that searches look in. There are far fewer of them than events.
        CREATE TABLE audit_party (
            id INTEGER PRIMARY KEY,
            chain TEXT NOT NULL,
            -- The target's id; empty for an actor.
            target TEXT NOT NULL,
            words TEXT NOT NULL,
            -- The number of events that name it.
            uses INTEGER NOT NULL,
            UNIQUE (chain, target, words)
        ) STRICT;
        ALTER TABLE audit_event ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
        ALTER TABLE audit_event ADD COLUMN actor_party INTEGER NOT NULL DEFAULT 0;
        -- 0 for an event without a target.
        ALTER TABLE audit_event ADD COLUMN target_party INTEGER NOT NULL DEFAULT 0;
        INSERT INTO audit_party (chain, target, words, uses)
            SELECT chain, '', \(AuditParty.actorWords), count(*) FROM audit_event GROUP BY 1, 3;
        INSERT INTO audit_party (chain, target, words, uses)
            SELECT chain, \(AuditParty.member("target")), \(AuditParty.targetWords), count(*) FROM audit_event
            WHERE \(AuditParty.member("target")) <> '' GROUP BY 1, 2, 3;
        UPDATE audit_event SET
            outcome = \(AuditParty.member("outcome")),
            actor_party = (
                SELECT id FROM audit_party AS party
                WHERE party.chain = audit_event.chain AND party.target = '' AND party.words = \(AuditParty.actorWords)),
            target_party = coalesce((
                SELECT id FROM audit_party AS party
                WHERE party.chain = audit_event.chain AND party.target = \(AuditParty.member("target"))
                    AND party.target <> '' AND party.words = \(AuditParty.targetWords)), 0);
        ALTER TABLE audit_event DROP COLUMN actor;
        CREATE INDEX audit_event_list
            ON audit_event (chain, sequence, at, action, outcome, actor_party, target_party);
        CREATE INDEX audit_event_actor ON audit_event (chain, actor_party, sequence);
        CREATE INDEX audit_event_target ON audit_event (chain, target_party, sequence);
        """,
    ]
}

/// Parties as SQL, for events of earlier versions.
extension AuditParty {
    /// SQL: a member of the event as text, or an empty text.
    fileprivate static func member(_ path: String) -> String {
        // An event that was altered may be no JSON; reading it must not fail, so that it can be reported.
        """
        CASE WHEN json_valid(CAST(event AS TEXT)) THEN coalesce(json_extract(CAST(event AS TEXT), '$.\(path)'), '')
        ELSE '' END
        """
    }

    private static func words(_ paths: String...) -> String {
        "lower(\(paths.map(member).joined(separator: " || char(10) || ")))"
    }

    fileprivate static let actorWords = """
        CASE WHEN \(member("actor.kind")) = 'identity'
            THEN \(words("details.actor_id", "details.actor_name", "actor.email", "actor.subject"))
            ELSE \(words("actor.kind")) END
        """
    fileprivate static let targetWords = words("target", "details.name", "details.email", "details.subject")
}

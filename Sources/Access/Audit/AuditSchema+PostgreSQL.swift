extension AuditLog {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        "",
        """
        CREATE TABLE audit_event (
            -- The organization's id; empty for the gateway itself.
            chain TEXT COLLATE "C" NOT NULL,
            sequence BIGINT NOT NULL,
            -- Milliseconds since 1970.
            at BIGINT NOT NULL,
            action TEXT COLLATE "C" NOT NULL,
            -- Canonical JSON without the hash.
            event BYTEA NOT NULL,
            hash TEXT COLLATE "C" NOT NULL,
            outcome TEXT COLLATE "C" NOT NULL DEFAULT '',
            actor_party BIGINT NOT NULL DEFAULT 0,
            -- 0 for an event without a target.
            target_party BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (chain, sequence)
        );
        CREATE INDEX audit_event_list
            ON audit_event (chain, sequence, at, action, outcome, actor_party, target_party);
        CREATE INDEX audit_event_actor ON audit_event (chain, actor_party, sequence);
        CREATE INDEX audit_event_target ON audit_event (chain, target_party, sequence);
        CREATE TABLE audit_head (
            chain TEXT COLLATE "C" NOT NULL PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT COLLATE "C" NOT NULL
        );
        -- Actors and targets, each as a text that searches look in. There are far fewer of them than events.
        CREATE TABLE audit_party (
            -- The greatest id and 1, not a sequence, which a copy of the rows would leave behind.
            id BIGINT NOT NULL PRIMARY KEY,
            chain TEXT COLLATE "C" NOT NULL,
            -- The target's id; empty for an actor.
            target TEXT COLLATE "C" NOT NULL,
            words TEXT COLLATE "C" NOT NULL,
            -- The number of events that name it.
            uses BIGINT NOT NULL
        );
        -- Both texts may be longer than a row of an index.
        CREATE UNIQUE INDEX audit_party_texts ON audit_party (chain, text_hash(target), text_hash(words));
        CREATE INDEX audit_party_target ON audit_party USING hash (target) WHERE target <> '';
        """,
    ]
}

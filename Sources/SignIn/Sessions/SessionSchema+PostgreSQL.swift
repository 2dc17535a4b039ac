extension SessionStore {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        "", "", "",
        """
        CREATE TABLE session (
            -- SHA-256 of the cookie's secret.
            key BYTEA NOT NULL PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL UNIQUE,
            issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL,
            -- `sub` as the provider wrote it, and its own session.
            provider_subject TEXT COLLATE "C" NOT NULL, provider_session TEXT COLLATE "C",
            -- Sealed.
            claims BYTEA NOT NULL, refresh_token BYTEA, id_token BYTEA,
            created_at BIGINT NOT NULL, used_at BIGINT NOT NULL, renewed_at BIGINT NOT NULL,
            version BIGINT NOT NULL, changed_at BIGINT NOT NULL, ended_at BIGINT,
            ip TEXT COLLATE "C" NOT NULL, user_agent TEXT COLLATE "C" NOT NULL
        -- Long sealed columns are kept apart from the row, which is written anew with each use.
        ) WITH (toast_tuple_target = 512);
        ALTER TABLE session ALTER COLUMN claims SET STORAGE EXTERNAL, ALTER COLUMN refresh_token SET STORAGE EXTERNAL,
            ALTER COLUMN id_token SET STORAGE EXTERNAL;
        CREATE INDEX session_identity ON session (issuer, subject);
        CREATE INDEX session_provider_subject ON session (issuer, provider_subject);
        -- A provider's session id may be longer than a row of another index.
        CREATE INDEX session_provider_session ON session USING hash (provider_session)
            WHERE provider_session IS NOT NULL;
        CREATE INDEX session_changed ON session (changed_at);
        CREATE INDEX session_used ON session (used_at);
        CREATE INDEX session_created ON session (created_at);
        CREATE TABLE used_once (
            -- `state` of a sign-in, or `jti` of a logout token.
            kind TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, until BIGINT NOT NULL,
            PRIMARY KEY (kind, id)
        );
        CREATE INDEX used_once_until ON used_once (until);
        CREATE TABLE ended_provider_session (
            issuer TEXT COLLATE "C" NOT NULL, provider_session TEXT COLLATE "C" NOT NULL, until BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX ended_provider_session_key
            ON ended_provider_session (issuer, text_hash(provider_session));
        CREATE INDEX ended_provider_session_id ON ended_provider_session USING hash (provider_session);
        -- For replication: the table has no key of whole columns.
        ALTER TABLE ended_provider_session REPLICA IDENTITY FULL;
        -- What users chose for the pages.
        CREATE TABLE user_setting (
            issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL,
            -- A name of the time zone database.
            time_zone TEXT COLLATE "C" NOT NULL,
            -- The last sign-in or choice.
            seen_at BIGINT NOT NULL,
            PRIMARY KEY (issuer, subject)
        );
        CREATE INDEX user_setting_seen ON user_setting (seen_at);
        -- Content that pages show to one session.
        CREATE TABLE session_note (
            id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            session BYTEA NOT NULL, purpose TEXT COLLATE "C" NOT NULL,
            -- Sealed for the session.
            content BYTEA NOT NULL,
            until BIGINT NOT NULL
        );
        ALTER TABLE session_note ALTER COLUMN content SET STORAGE EXTERNAL;
        CREATE INDEX session_notes ON session_note (session);
        CREATE INDEX session_note_until ON session_note (until);
        -- Sessions at the hosts of applications, and the codes that begin them.
        CREATE TABLE app_session (
            -- SHA-256 of the cookie's secret.
            key BYTEA NOT NULL PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL,
            session BYTEA NOT NULL, host TEXT COLLATE "C" NOT NULL
        );
        CREATE INDEX app_session_parent ON app_session (session, host);
        CREATE TABLE handoff_code (
            -- SHA-256 of the code.
            code BYTEA NOT NULL PRIMARY KEY,
            session BYTEA NOT NULL, host TEXT COLLATE "C" NOT NULL,
            -- SHA-256 of the secret of the browser that began.
            browser BYTEA NOT NULL,
            until BIGINT NOT NULL
        );
        CREATE INDEX handoff_code_session ON handoff_code (session);
        CREATE INDEX handoff_code_until ON handoff_code (until);
        """,
        """
        -- The sweep finds ended sessions by the time of their end.
        CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
        -- The release before this one still writes `changed_at`, and reads it when it deletes ended sessions.
        DROP INDEX session_changed;
        """,
    ]
}

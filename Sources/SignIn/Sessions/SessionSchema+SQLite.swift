extension SessionStore {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE session (
            -- SHA-256 of the cookie's secret.
            key BLOB NOT NULL PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            issuer TEXT NOT NULL, subject TEXT NOT NULL,
            -- `sub` as the provider wrote it, and its own session.
            provider_subject TEXT NOT NULL, provider_session TEXT,
            -- Sealed.
            claims BLOB NOT NULL, refresh_token BLOB, id_token BLOB,
            created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, renewed_at INTEGER NOT NULL,
            version INTEGER NOT NULL, changed_at INTEGER NOT NULL, ended_at INTEGER,
            ip TEXT NOT NULL, user_agent TEXT NOT NULL
        ) STRICT;
        CREATE INDEX session_identity ON session (issuer, subject);
        CREATE INDEX session_provider_subject ON session (issuer, provider_subject);
        CREATE INDEX session_provider_session ON session (issuer, provider_session)
            WHERE provider_session IS NOT NULL;
        CREATE INDEX session_changed ON session (changed_at);
        CREATE INDEX session_used ON session (used_at);
        CREATE INDEX session_created ON session (created_at);
        CREATE TABLE used_once (
            -- `state` of a sign-in, or `jti` of a logout token.
            kind TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX used_once_until ON used_once (until);
        CREATE TABLE ended_provider_session (
            issuer TEXT NOT NULL, provider_session TEXT NOT NULL, until INTEGER NOT NULL,
            PRIMARY KEY (issuer, provider_session)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        -- What users chose for the pages.
        CREATE TABLE user_setting (
            issuer TEXT NOT NULL, subject TEXT NOT NULL,
            -- A name of the time zone database.
            time_zone TEXT NOT NULL,
            -- The last sign-in or choice.
            seen_at INTEGER NOT NULL,
            PRIMARY KEY (issuer, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX user_setting_seen ON user_setting (seen_at);
        """,
        """
        -- Content that pages show to one session.
        CREATE TABLE session_note (
            id TEXT NOT NULL PRIMARY KEY,
            session BLOB NOT NULL, purpose TEXT NOT NULL,
            -- Sealed for the session.
            content BLOB NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_notes ON session_note (session);
        CREATE INDEX session_note_until ON session_note (until);
        """,
        """
        -- Sessions at the hosts of applications, and the codes that begin them.
        CREATE TABLE app_session (
            -- SHA-256 of the cookie's secret.
            key BLOB NOT NULL PRIMARY KEY,
            id TEXT NOT NULL,
            session BLOB NOT NULL, host TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX app_session_parent ON app_session (session, host);
        CREATE TABLE handoff_code (
            -- SHA-256 of the code.
            code BLOB NOT NULL PRIMARY KEY,
            session BLOB NOT NULL, host TEXT NOT NULL,
            -- SHA-256 of the secret of the browser that began.
            browser BLOB NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
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

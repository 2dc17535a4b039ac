extension DeniedSignInStore {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE denied_sign_in (
            organization TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
            provider TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL, email TEXT,
            reason TEXT NOT NULL, claims BLOB NOT NULL, row_verdicts BLOB NOT NULL,
            PRIMARY KEY (organization, issuer, subject)
        ) STRICT;
        CREATE INDEX denied_sign_in_at ON denied_sign_in (organization, at);
        """,
        """
        -- The long columns are the last ones, so that a list reads only the short ones.
        ALTER TABLE denied_sign_in RENAME TO earlier_denied_sign_in;
        DROP INDEX denied_sign_in_at;
        CREATE TABLE denied_sign_in (
            organization TEXT NOT NULL, id TEXT NOT NULL,
            -- The first and the last sign-in, and their number.
            first_at INTEGER NOT NULL, at INTEGER NOT NULL, attempts INTEGER NOT NULL,
            provider TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
            name TEXT, email TEXT, is_email_verified INTEGER NOT NULL, reason TEXT NOT NULL,
            -- Null if no manager dismissed the request.
            dismissed_at INTEGER,
            claims BLOB NOT NULL, row_verdicts BLOB NOT NULL,
            PRIMARY KEY (organization, issuer, subject)
        ) STRICT;
        INSERT INTO denied_sign_in
            SELECT organization, id, at, at, 1, provider, issuer, subject, NULL, email, 0, reason, NULL,
                claims, row_verdicts
            FROM earlier_denied_sign_in;
        DROP TABLE earlier_denied_sign_in;
        CREATE INDEX denied_sign_in_at ON denied_sign_in (organization, at);
        CREATE INDEX denied_sign_in_id ON denied_sign_in (organization, id);
        """,
    ]
}

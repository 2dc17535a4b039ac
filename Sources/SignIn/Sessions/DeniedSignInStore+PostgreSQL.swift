extension DeniedSignInStore {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        "",
        """
        CREATE TABLE denied_sign_in (
            organization TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
            -- The first and the last sign-in, and their number.
            first_at BIGINT NOT NULL, at BIGINT NOT NULL, attempts BIGINT NOT NULL,
            provider TEXT COLLATE "C" NOT NULL, issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL,
            name TEXT COLLATE "C", email TEXT COLLATE "C", is_email_verified BIGINT NOT NULL,
            reason TEXT COLLATE "C" NOT NULL,
            -- Null if no manager dismissed the request.
            dismissed_at BIGINT,
            claims BYTEA NOT NULL, row_verdicts BYTEA NOT NULL,
            PRIMARY KEY (organization, issuer, subject)
        -- Columns of kilobytes are kept apart from the row, so that a list reads only the short ones.
        ) WITH (toast_tuple_target = 512);
        ALTER TABLE denied_sign_in ALTER COLUMN claims SET STORAGE EXTERNAL;
        CREATE INDEX denied_sign_in_at ON denied_sign_in (organization, at);
        CREATE INDEX denied_sign_in_id ON denied_sign_in (organization, id);
        """,
    ]
}

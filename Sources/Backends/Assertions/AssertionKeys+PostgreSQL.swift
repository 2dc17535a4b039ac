extension AssertionKeys {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        """
        CREATE TABLE assertion_key (
            -- The thumbprint of the public key.
            id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            made_at BIGINT NOT NULL,
            x BYTEA NOT NULL, y BYTEA NOT NULL,
            -- The private key, sealed.
            sealed BYTEA NOT NULL
        );
        """
    ]
}

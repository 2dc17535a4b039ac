extension AssertionKeys {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE assertion_key (
            -- The thumbprint of the public key.
            id TEXT NOT NULL PRIMARY KEY,
            made_at INTEGER NOT NULL,
            x BLOB NOT NULL, y BLOB NOT NULL,
            -- The private key, sealed.
            sealed BLOB NOT NULL
        ) STRICT;
        """
    ]
}

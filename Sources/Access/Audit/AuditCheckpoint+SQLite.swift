extension AuditCheckpoint {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE audit_checkpoint (
            number INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, statement BLOB NOT NULL,
            signature BLOB NOT NULL
        ) STRICT;
        """
    ]
}

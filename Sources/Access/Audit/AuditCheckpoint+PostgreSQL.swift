extension AuditCheckpoint {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        """
        CREATE TABLE audit_checkpoint (
            number BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, statement BYTEA NOT NULL, signature BYTEA NOT NULL
        );
        """
    ]
}

public import Databases

extension AuditLog {
    public static let schema = Schema(
        component: "audit", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

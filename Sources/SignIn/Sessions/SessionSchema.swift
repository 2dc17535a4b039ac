public import Databases

extension SessionStore {
    /// Times are seconds since 1970. An ended session keeps its row for ten minutes, without its secrets, so that other
    /// processes detect the end. `changed_at` is written as zero, and can be dropped once no release writes it.
    public static let schema = Schema(
        component: "sessions", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

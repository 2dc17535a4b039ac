public import Databases

extension SessionStore {
    /// Times are seconds since 1970; `changed_at` is in milliseconds. An ended session keeps its row for ten minutes,
    /// without its secrets, so that other processes detect the end.
    public static let schema = Schema(
        component: "sessions", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

public import Databases

extension SessionStore {
    /// Times are seconds since 1970. An ended session keeps its row for ten minutes, without its secrets.
    ///
    /// `changed_at` is written as zero, and can be dropped once no release uses it. The release that uses it deletes the
    /// rows of ended sessions at once, which does no harm: a session without a row has ended.
    public static let schema = Schema(
        component: "sessions", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

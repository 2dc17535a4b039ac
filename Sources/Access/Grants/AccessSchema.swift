public import Databases

extension AccessStore {
    public static let schema = Schema(
        component: "access", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

public import Databases

/// The tables of grants, suspensions, last sign-ins, stored rules and invitations. Their owners are the stores in Grants and
/// Invitations.
public enum AccessTables {
    public static let schema = Schema(
        component: "access", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

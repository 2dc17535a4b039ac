/// The database engine whose SQL a statement must use, where one text cannot serve both.
public enum SQLDialect: String, Sendable, CaseIterable {
    case sqlite
    case postgreSQL = "postgresql"
}

internal import AccessTables
public import Databases

extension AccessStore {
    /// The schema of the tables that the store needs.
    public static let schema = AccessTables.schema
}

package import Databases

/// The tables of the inventory, of its history, and of what its license reports.
package enum InventoryTables {
    /// All rows of an inventory belong to a generation, and `inventory` names the current generation of each
    /// organization. An import stages a new generation beside it. Counts and members' flags are updated with the rows
    /// that they are derived from (``Counting``). `number` and `position` keep the publisher's order.
    package static let schema = Schema(
        component: "workspace_metrics", sqlite: sqliteMigrations, postgreSQL: postgreSQLMigrations)
}

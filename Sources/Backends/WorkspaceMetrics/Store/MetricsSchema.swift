public import Databases

extension MetricsStore {
    /// The tables of the inventory.
    ///
    /// All rows of an inventory belong to a generation, and `inventory` names the current generation of each
    /// organization. An import stages a new generation beside it. Counts and members' flags are updated with the rows
    /// that they are derived from (``Counting``). `number` and `position` keep the publisher's order.
    public static let schema = Schema(
        component: "workspace_metrics",
        migrations: [
            """
            CREATE TABLE inventory_generation (
                generation INTEGER NOT NULL PRIMARY KEY,
                organization TEXT NOT NULL,
                -- Seconds since 1970 when the import that stages it last wrote; 0 once it is retired.
                touched_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE inventory (
                organization TEXT NOT NULL PRIMARY KEY,
                generation INTEGER NOT NULL REFERENCES inventory_generation,
                -- Counts the committed changes.
                version INTEGER NOT NULL,
                -- Arbitrary, new with each version: what entity tags are made of.
                tag INTEGER NOT NULL,
                distinct_editors INTEGER NOT NULL,
                distinct_operators INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE inventory_role (
                generation INTEGER NOT NULL, number INTEGER NOT NULL,
                id TEXT NOT NULL, name TEXT NOT NULL,
                PRIMARY KEY (generation, number)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX inventory_role_id ON inventory_role (generation, id);
            CREATE TABLE inventory_role_scope (
                generation INTEGER NOT NULL, role INTEGER NOT NULL, position INTEGER NOT NULL,
                scope TEXT NOT NULL,
                PRIMARY KEY (generation, role, position)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE inventory_workspace (
                generation INTEGER NOT NULL, number INTEGER NOT NULL,
                id TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER,
                workflows INTEGER NOT NULL, nested_workflows INTEGER NOT NULL, workflow_editors INTEGER NOT NULL,
                case_operators INTEGER NOT NULL, runners INTEGER NOT NULL,
                PRIMARY KEY (generation, number)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX inventory_workspace_id ON inventory_workspace (generation, id);
            CREATE TABLE inventory_workflow (
                generation INTEGER NOT NULL, workspace INTEGER NOT NULL, id TEXT NOT NULL,
                position INTEGER NOT NULL, name TEXT NOT NULL,
                published INTEGER NOT NULL, nested_only INTEGER NOT NULL, trigger TEXT NOT NULL,
                PRIMARY KEY (generation, workspace, id)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE inventory_member (
                generation INTEGER NOT NULL, workspace INTEGER NOT NULL, address TEXT NOT NULL,
                position INTEGER NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
                owns INTEGER NOT NULL, edits INTEGER NOT NULL, operates INTEGER NOT NULL,
                PRIMARY KEY (generation, workspace, address)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX inventory_member_owns ON inventory_member (generation, workspace) WHERE owns = 1;
            CREATE INDEX inventory_member_edits ON inventory_member (generation, address) WHERE edits = 1;
            CREATE INDEX inventory_member_operates ON inventory_member (generation, address) WHERE operates = 1;
            CREATE TABLE inventory_member_role (
                generation INTEGER NOT NULL, workspace INTEGER NOT NULL, address TEXT NOT NULL,
                position INTEGER NOT NULL, role TEXT NOT NULL,
                PRIMARY KEY (generation, workspace, address, position)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE inventory_runner (
                generation INTEGER NOT NULL, workspace INTEGER NOT NULL, id TEXT NOT NULL,
                position INTEGER NOT NULL, name TEXT NOT NULL, hosting TEXT NOT NULL, shared_from TEXT,
                PRIMARY KEY (generation, workspace, id)
            ) STRICT, WITHOUT ROWID;
            """
        ])
}

extension InventoryTables {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
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
        """,
        """
        -- Sums over the workspaces; people are counted once in each workspace.
        ALTER TABLE inventory ADD COLUMN workflows INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory ADD COLUMN nested_workflows INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory ADD COLUMN workflow_editors INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory ADD COLUMN case_operators INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory ADD COLUMN runners INTEGER NOT NULL DEFAULT 0;
        UPDATE inventory SET (workflows, nested_workflows, workflow_editors, case_operators, runners) = (
            SELECT coalesce(sum(w.workflows), 0), coalesce(sum(w.nested_workflows), 0),
                coalesce(sum(w.workflow_editors), 0), coalesce(sum(w.case_operators), 0), coalesce(sum(w.runners), 0)
            FROM inventory_workspace w WHERE w.generation = inventory.generation);
        -- The definitions that the capabilities of roles were last set by.
        ALTER TABLE inventory ADD COLUMN definitions TEXT NOT NULL DEFAULT '';
        -- The last member that a recount has visited; NULL if no recount is under way.
        ALTER TABLE inventory ADD COLUMN recounted_workspace INTEGER;
        ALTER TABLE inventory ADD COLUMN recounted_address TEXT;
        -- The latest day in the history, in days since 1970-01-01.
        ALTER TABLE inventory ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory_role ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory_role ADD COLUMN operates INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inventory_role ADD COLUMN owns INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX inventory_member_role_role ON inventory_member_role (generation, role);
        -- Arbitrary, new with each change of the workspace: what its entity tag is made of.
        ALTER TABLE inventory_workspace ADD COLUMN tag INTEGER NOT NULL DEFAULT 0;
        -- Nanoseconds since 1970; NULL if the last change is older than this column.
        ALTER TABLE inventory_workspace ADD COLUMN published_at INTEGER;
        -- Greater than the position of each object in the workspace.
        ALTER TABLE inventory_workspace ADD COLUMN next_position INTEGER NOT NULL DEFAULT 0;
        UPDATE inventory_workspace SET next_position = (
            SELECT 1 + coalesce(max(position), -1) FROM (
                SELECT max(position) AS position FROM inventory_workflow c
                WHERE c.generation = inventory_workspace.generation AND c.workspace = inventory_workspace.number
                UNION ALL SELECT max(position) FROM inventory_member c
                WHERE c.generation = inventory_workspace.generation AND c.workspace = inventory_workspace.number
                UNION ALL SELECT max(position) FROM inventory_runner c
                WHERE c.generation = inventory_workspace.generation AND c.workspace = inventory_workspace.number)
            AS positions);
        -- A figure from the end of a day on, until the series' next row. A series is a metric of a workspace, or of
        -- the organization if `workspace` is empty; people of the organization are distinct people.
        CREATE TABLE usage_history (
            organization TEXT NOT NULL, workspace TEXT NOT NULL,
            -- The place of the metric in `Metric.allCases`.
            metric INTEGER NOT NULL,
            -- Days since 1970-01-01.
            day INTEGER NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (organization, workspace, metric, day)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX usage_history_day ON usage_history (organization, day);
        -- Answers to changes with an idempotency key.
        CREATE TABLE inventory_answer (
            organization TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL,
            -- SHA-256 of the content.
            digest BLOB NOT NULL,
            -- Nanoseconds since 1970.
            made_at INTEGER NOT NULL,
            -- The answer in the form of `KeptAnswer`.
            answer TEXT NOT NULL,
            PRIMARY KEY (organization, issuer, subject, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inventory_answer_made_at ON inventory_answer (made_at);
        -- Thresholds of licenses that were crossed.
        CREATE TABLE license_crossing (
            organization TEXT NOT NULL,
            metric INTEGER NOT NULL,
            -- `near` or `over`.
            threshold TEXT NOT NULL,
            -- Nanoseconds since 1970: when the figure fell below the threshold; NULL while it is not below.
            below_since INTEGER,
            PRIMARY KEY (organization, metric, threshold)
        ) STRICT, WITHOUT ROWID;
        -- Emails about crossed thresholds that wait to be sent. A crossing has one row without a recipient until its
        -- recipients are known, and then one row for each of them.
        CREATE TABLE license_email (
            id INTEGER NOT NULL PRIMARY KEY,
            organization TEXT NOT NULL, metric INTEGER NOT NULL, threshold TEXT NOT NULL,
            figure INTEGER NOT NULL, licensed INTEGER NOT NULL,
            recipient TEXT,
            attempts INTEGER NOT NULL,
            -- Seconds since 1970.
            next_attempt_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX license_email_due ON license_email (next_attempt_at);
        -- The history of an inventory that is older than these tables begins on the day of the migration.
        UPDATE inventory SET day = CAST(strftime('%s', 'now') AS INTEGER) / 86400;
        INSERT INTO usage_history
            SELECT i.organization, '', 0, i.day, i.workflows FROM inventory i
            UNION ALL SELECT i.organization, '', 1, i.day, i.nested_workflows FROM inventory i
            UNION ALL SELECT i.organization, '', 2, i.day, i.distinct_editors FROM inventory i
            UNION ALL SELECT i.organization, '', 3, i.day, i.distinct_operators FROM inventory i
            UNION ALL SELECT i.organization, '', 4, i.day, i.runners FROM inventory i;
        INSERT INTO usage_history
            SELECT i.organization, w.id, m.number, i.day, CASE m.number
                WHEN 0 THEN w.workflows WHEN 1 THEN w.nested_workflows WHEN 2 THEN w.workflow_editors
                WHEN 3 THEN w.case_operators ELSE w.runners END
            FROM inventory i JOIN inventory_workspace w ON w.generation = i.generation
                JOIN (SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) m;
        """,
    ]
}

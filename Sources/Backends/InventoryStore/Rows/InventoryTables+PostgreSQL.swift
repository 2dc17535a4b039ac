extension InventoryTables {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        "",
        """
        CREATE TABLE inventory_generation (
            generation BIGINT NOT NULL PRIMARY KEY,
            organization TEXT COLLATE "C" NOT NULL,
            -- Seconds since 1970 when the import that stages it last wrote; 0 once it is retired.
            touched_at BIGINT NOT NULL
        );
        CREATE TABLE inventory (
            organization TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            generation BIGINT NOT NULL REFERENCES inventory_generation,
            -- Counts the committed changes.
            version BIGINT NOT NULL,
            -- Arbitrary, new with each version: what entity tags are made of.
            tag BIGINT NOT NULL,
            distinct_editors BIGINT NOT NULL, distinct_operators BIGINT NOT NULL,
            -- Sums over the workspaces; people are counted once in each workspace.
            workflows BIGINT NOT NULL DEFAULT 0, nested_workflows BIGINT NOT NULL DEFAULT 0,
            workflow_editors BIGINT NOT NULL DEFAULT 0, case_operators BIGINT NOT NULL DEFAULT 0,
            runners BIGINT NOT NULL DEFAULT 0,
            -- The definitions that the capabilities of roles were last set by.
            definitions TEXT COLLATE "C" NOT NULL DEFAULT '',
            -- The last member that a recount has visited; NULL if no recount is under way.
            recounted_workspace BIGINT, recounted_address TEXT COLLATE "C",
            -- The latest day in the history, in days since 1970-01-01.
            day BIGINT NOT NULL DEFAULT 0
        );
        CREATE TABLE inventory_role (
            generation BIGINT NOT NULL, number BIGINT NOT NULL,
            id TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL,
            edits BIGINT NOT NULL DEFAULT 0, operates BIGINT NOT NULL DEFAULT 0, owns BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (generation, number)
        );
        CREATE UNIQUE INDEX inventory_role_id ON inventory_role (generation, id);
        CREATE TABLE inventory_role_scope (
            generation BIGINT NOT NULL, role BIGINT NOT NULL, position BIGINT NOT NULL,
            scope TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (generation, role, position)
        );
        CREATE TABLE inventory_workspace (
            generation BIGINT NOT NULL, number BIGINT NOT NULL,
            id TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL, created_at BIGINT,
            workflows BIGINT NOT NULL, nested_workflows BIGINT NOT NULL, workflow_editors BIGINT NOT NULL,
            case_operators BIGINT NOT NULL, runners BIGINT NOT NULL,
            -- Arbitrary, new with each change of the workspace: what its entity tag is made of.
            tag BIGINT NOT NULL DEFAULT 0,
            -- Nanoseconds since 1970; NULL if the last change is older than this column.
            published_at BIGINT,
            -- Greater than the position of each object in the workspace.
            next_position BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (generation, number)
        );
        CREATE UNIQUE INDEX inventory_workspace_id ON inventory_workspace (generation, id);
        CREATE TABLE inventory_workflow (
            generation BIGINT NOT NULL, workspace BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
            published BIGINT NOT NULL, nested_only BIGINT NOT NULL, trigger TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (generation, workspace, id)
        );
        CREATE TABLE inventory_member (
            generation BIGINT NOT NULL, workspace BIGINT NOT NULL, address TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL, email TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL,
            status TEXT COLLATE "C" NOT NULL, owns BIGINT NOT NULL, edits BIGINT NOT NULL, operates BIGINT NOT NULL,
            PRIMARY KEY (generation, workspace, address)
        );
        CREATE INDEX inventory_member_owns ON inventory_member (generation, workspace) WHERE owns = 1;
        CREATE INDEX inventory_member_edits ON inventory_member (generation, address) WHERE edits = 1;
        CREATE INDEX inventory_member_operates ON inventory_member (generation, address) WHERE operates = 1;
        CREATE TABLE inventory_member_role (
            generation BIGINT NOT NULL, workspace BIGINT NOT NULL, address TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL, role TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (generation, workspace, address, position)
        );
        CREATE INDEX inventory_member_role_role ON inventory_member_role (generation, role);
        CREATE TABLE inventory_runner (
            generation BIGINT NOT NULL, workspace BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL,
            position BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL, hosting TEXT COLLATE "C" NOT NULL,
            shared_from TEXT COLLATE "C",
            PRIMARY KEY (generation, workspace, id)
        );
        -- A figure from the end of a day on, until the series' next row. A series is a metric of a workspace, or of
        -- the organization if `workspace` is empty; people of the organization are distinct people.
        CREATE TABLE usage_history (
            organization TEXT COLLATE "C" NOT NULL, workspace TEXT COLLATE "C" NOT NULL,
            -- The place of the metric in `Metric.allCases`.
            metric BIGINT NOT NULL,
            -- Days since 1970-01-01.
            day BIGINT NOT NULL,
            value BIGINT NOT NULL,
            PRIMARY KEY (organization, workspace, metric, day)
        );
        CREATE INDEX usage_history_day ON usage_history (organization, day);
        -- Answers to changes with an idempotency key.
        CREATE TABLE inventory_answer (
            organization TEXT COLLATE "C" NOT NULL, issuer TEXT COLLATE "C" NOT NULL,
            subject TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL,
            -- SHA-256 of the content.
            digest BYTEA NOT NULL,
            -- Nanoseconds since 1970.
            made_at BIGINT NOT NULL,
            -- The answer in the form of `KeptAnswer`.
            answer TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (organization, issuer, subject, key)
        );
        CREATE INDEX inventory_answer_made_at ON inventory_answer (made_at);
        -- Thresholds of licenses that were crossed.
        CREATE TABLE license_crossing (
            organization TEXT COLLATE "C" NOT NULL,
            metric BIGINT NOT NULL,
            -- `near` or `over`.
            threshold TEXT COLLATE "C" NOT NULL,
            -- Nanoseconds since 1970: when the figure fell below the threshold; NULL while it is not below.
            below_since BIGINT,
            PRIMARY KEY (organization, metric, threshold)
        );
        -- Emails about crossed thresholds that wait to be sent. A crossing has one row without a recipient until its
        -- recipients are known, and then one row for each of them.
        CREATE TABLE license_email (
            id BIGINT NOT NULL PRIMARY KEY,
            organization TEXT COLLATE "C" NOT NULL, metric BIGINT NOT NULL, threshold TEXT COLLATE "C" NOT NULL,
            figure BIGINT NOT NULL, licensed BIGINT NOT NULL,
            recipient TEXT COLLATE "C",
            attempts BIGINT NOT NULL,
            -- Seconds since 1970.
            next_attempt_at BIGINT NOT NULL
        );
        CREATE INDEX license_email_due ON license_email (next_attempt_at);
        """,
    ]
}

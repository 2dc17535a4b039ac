extension AccessTables {
    /// The tables in the SQL of PostgreSQL.
    static let postgreSQLMigrations = [
        "", "", "", "", "", "",
        """
        CREATE TABLE access_grant (
            id TEXT COLLATE "C" NOT NULL PRIMARY KEY, organization TEXT COLLATE "C" NOT NULL,
            issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, email TEXT COLLATE "C",
            role TEXT COLLATE "C" NOT NULL, source TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
            -- Derived from issuer and subject; empty in a row of an earlier version until the store is opened, as are
            -- the texts by which lists sort and find a user.
            identity TEXT COLLATE "C" NOT NULL DEFAULT '',
            sort TEXT COLLATE "C" NOT NULL DEFAULT '', search TEXT COLLATE "C" NOT NULL DEFAULT '',
            UNIQUE (organization, issuer, subject, role)
        );
        CREATE INDEX access_grant_identity ON access_grant (organization, identity);
        CREATE INDEX access_grant_role ON access_grant (organization, role);
        CREATE INDEX access_grant_name ON access_grant (organization, coalesce(email, subject), identity);
        CREATE INDEX access_grant_address ON access_grant (organization, lower(email));
        CREATE TABLE suspension (
            organization TEXT COLLATE "C" NOT NULL, identity TEXT COLLATE "C" NOT NULL,
            issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
            -- The manager's words, and the identity of that manager.
            reason TEXT COLLATE "C", suspended_by TEXT COLLATE "C",
            PRIMARY KEY (organization, identity)
        );
        -- Every address of a suspended identity that was verified once, in lower case.
        CREATE TABLE suspension_email (
            organization TEXT COLLATE "C" NOT NULL, identity TEXT COLLATE "C" NOT NULL, email TEXT COLLATE "C" NOT NULL,
            PRIMARY KEY (organization, identity, email)
        );
        CREATE INDEX suspension_address ON suspension_email (organization, email);
        CREATE TABLE person_seen (
            organization TEXT COLLATE "C" NOT NULL, identity TEXT COLLATE "C" NOT NULL,
            issuer TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, provider TEXT COLLATE "C" NOT NULL,
            verified_email TEXT COLLATE "C", email TEXT COLLATE "C", seen_at BIGINT NOT NULL,
            -- Sealed.
            claims BYTEA NOT NULL,
            -- What the claims earn under the rules that the tag names, and the address that is verified under them. The
            -- tag is empty until they are judged.
            rules TEXT COLLATE "C" NOT NULL DEFAULT '', mapped_role TEXT COLLATE "C", mapped_by TEXT COLLATE "C",
            mapped_email TEXT COLLATE "C",
            -- The name in the claims, and the texts by which lists sort and find a user. They are empty in a row of an
            -- earlier version until the user is evaluated.
            name TEXT COLLATE "C", sort TEXT COLLATE "C" NOT NULL DEFAULT '',
            search TEXT COLLATE "C" NOT NULL DEFAULT '',
            PRIMARY KEY (organization, identity)
        -- Long claims are kept apart from the row, so that a list does not read them.
        ) WITH (toast_tuple_target = 512);
        ALTER TABLE person_seen ALTER COLUMN claims SET STORAGE EXTERNAL;
        CREATE INDEX person_seen_rules ON person_seen (organization, rules, mapped_role);
        CREATE INDEX person_seen_role ON person_seen (organization, mapped_role);
        CREATE INDEX person_seen_at ON person_seen (organization, seen_at);
        CREATE INDEX person_seen_name ON person_seen (organization, coalesce(email, subject), identity);
        -- The text that a list searches may be longer than a row of an index, so that a list reads the table.
        CREATE INDEX person_seen_list ON person_seen (organization, sort, identity);
        CREATE INDEX person_seen_address ON person_seen (organization, mapped_email);
        CREATE TABLE claim_mapping (
            id TEXT COLLATE "C" NOT NULL PRIMARY KEY, organization TEXT COLLATE "C" NOT NULL,
            -- From 1, among the organization's rows here.
            rank BIGINT NOT NULL,
            claim_name TEXT COLLATE "C" NOT NULL, match TEXT COLLATE "C" NOT NULL,
            claim_value TEXT COLLATE "C" NOT NULL, role TEXT COLLATE "C" NOT NULL,
            -- One character that cuts strings into values.
            split TEXT COLLATE "C"
        );
        CREATE INDEX claim_mapping_order ON claim_mapping (organization, rank);
        CREATE TABLE invitation (
            id TEXT COLLATE "C" NOT NULL PRIMARY KEY, organization TEXT COLLATE "C" NOT NULL,
            -- In lower case.
            email TEXT COLLATE "C" NOT NULL,
            role TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            -- The inviting manager; null for the operator.
            inviter TEXT COLLATE "C", inviter_email TEXT COLLATE "C",
            -- The delivery of the email; none if the link was shown instead.
            delivery TEXT COLLATE "C" NOT NULL, attempts BIGINT NOT NULL, next_attempt_at BIGINT,
            last_failure TEXT COLLATE "C",
            -- The time of the current links, which must not be in the future.
            issued_at BIGINT NOT NULL DEFAULT 0,
            -- The time at which an invitation was accepted or revoked.
            closed_at BIGINT
        );
        CREATE UNIQUE INDEX invitation_pending ON invitation (organization, email) WHERE state = 'pending';
        CREATE INDEX invitation_created ON invitation (organization, created_at, id);
        CREATE INDEX invitation_due ON invitation (next_attempt_at) WHERE delivery = 'queued';
        CREATE INDEX invitation_expiry ON invitation (expires_at) WHERE state = 'pending';
        CREATE INDEX invitation_issued ON invitation (issued_at) WHERE state = 'pending';
        CREATE INDEX invitation_address ON invitation (organization, email);
        -- One per email or link; all are deleted if the invitation is sent again.
        CREATE TABLE invitation_token (
            -- SHA-256.
            hash BYTEA NOT NULL PRIMARY KEY,
            invitation TEXT COLLATE "C" NOT NULL
        );
        CREATE INDEX invitation_tokens ON invitation_token (invitation);
        -- The invitations of the last day, for the limit.
        CREATE TABLE invitation_sending (organization TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);
        CREATE INDEX invitation_sendings ON invitation_sending (organization, at);
        -- For replication: the table has no key.
        ALTER TABLE invitation_sending REPLICA IDENTITY FULL;
        """,
    ]
}

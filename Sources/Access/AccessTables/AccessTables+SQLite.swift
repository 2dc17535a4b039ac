extension AccessTables {
    /// The tables in the SQL of SQLite.
    static let sqliteMigrations = [
        """
        CREATE TABLE access_grant (
            id TEXT NOT NULL PRIMARY KEY, organization TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
            email TEXT, role TEXT NOT NULL, source TEXT NOT NULL, created_at INTEGER NOT NULL,
            UNIQUE (organization, issuer, subject, role)
        ) STRICT;
        CREATE TABLE suspension (
            organization TEXT NOT NULL, identity TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
            email TEXT, created_at INTEGER NOT NULL,
            PRIMARY KEY (organization, identity)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE person_seen (
            organization TEXT NOT NULL, identity TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
            provider TEXT NOT NULL, verified_email TEXT, email TEXT, seen_at INTEGER NOT NULL,
            -- Sealed.
            claims BLOB NOT NULL,
            PRIMARY KEY (organization, identity)
        ) STRICT;
        """,
        """
        CREATE TABLE claim_mapping (
            id TEXT NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
            -- From 1, among the organization's rows here.
            rank INTEGER NOT NULL,
            claim_name TEXT NOT NULL, match TEXT NOT NULL, claim_value TEXT NOT NULL, role TEXT NOT NULL
        ) STRICT;
        CREATE INDEX claim_mapping_order ON claim_mapping (organization, rank);
        CREATE TABLE invitation (
            id TEXT NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
            -- In lower case.
            email TEXT NOT NULL,
            role TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            -- The inviting manager; null for the operator.
            inviter TEXT, inviter_email TEXT,
            -- The delivery of the email; none if the link was shown instead.
            delivery TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt_at INTEGER, last_failure TEXT
        ) STRICT;
        CREATE UNIQUE INDEX invitation_pending ON invitation (organization, email) WHERE state = 'pending';
        CREATE INDEX invitation_created ON invitation (organization, created_at, id);
        CREATE INDEX invitation_due ON invitation (next_attempt_at) WHERE delivery = 'queued';
        CREATE INDEX invitation_expiry ON invitation (expires_at) WHERE state = 'pending';
        CREATE INDEX invitation_inviter ON invitation (organization, inviter) WHERE state = 'pending';
        -- One per email or link; all are deleted if the invitation is sent again.
        CREATE TABLE invitation_token (
            -- SHA-256.
            hash BLOB NOT NULL PRIMARY KEY,
            invitation TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX invitation_tokens ON invitation_token (invitation);
        -- The invitations of the last day, for the limit.
        CREATE TABLE invitation_sending (organization TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
        CREATE INDEX invitation_sendings ON invitation_sending (organization, at);
        """,
        """
        -- Every address of a suspended identity that was verified once, in lower case.
        CREATE TABLE suspension_email (
            organization TEXT NOT NULL, identity TEXT NOT NULL, email TEXT NOT NULL,
            PRIMARY KEY (organization, identity, email)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO suspension_email SELECT organization, identity, email FROM suspension WHERE email IS NOT NULL;
        ALTER TABLE suspension DROP COLUMN email;
        -- A search by inviter reads all pending invitations.
        DROP INDEX invitation_inviter;
        """,
        """
        -- The time of the current links, which must not be in the future.
        ALTER TABLE invitation ADD COLUMN issued_at INTEGER NOT NULL DEFAULT 0;
        UPDATE invitation SET issued_at = created_at;
        CREATE INDEX invitation_issued ON invitation (issued_at) WHERE state = 'pending';
        """,
        """
        -- Derived from issuer and subject; empty in a row of an earlier version until the store is opened.
        ALTER TABLE access_grant ADD COLUMN identity TEXT NOT NULL DEFAULT '';
        CREATE INDEX access_grant_identity ON access_grant (organization, identity);
        CREATE INDEX access_grant_role ON access_grant (organization, role);
        CREATE INDEX access_grant_name ON access_grant (organization, coalesce(email, subject), identity);
        -- What the claims earn under the rules that the tag names, and the address that is verified under them. The
        -- tag is empty until they are judged.
        ALTER TABLE person_seen ADD COLUMN rules TEXT NOT NULL DEFAULT '';
        ALTER TABLE person_seen ADD COLUMN mapped_role TEXT;
        ALTER TABLE person_seen ADD COLUMN mapped_by TEXT;
        ALTER TABLE person_seen ADD COLUMN mapped_email TEXT;
        CREATE INDEX person_seen_rules ON person_seen (organization, rules, mapped_role);
        CREATE INDEX person_seen_role ON person_seen (organization, mapped_role);
        CREATE INDEX person_seen_at ON person_seen (organization, seen_at);
        CREATE INDEX person_seen_name ON person_seen (organization, coalesce(email, subject), identity);
        CREATE INDEX suspension_address ON suspension_email (organization, email);
        """,
        """
        -- One character that cuts strings into values.
        ALTER TABLE claim_mapping ADD COLUMN split TEXT;
        """,
        """
        -- The manager's words, and the identity of that manager.
        ALTER TABLE suspension ADD COLUMN reason TEXT;
        ALTER TABLE suspension ADD COLUMN suspended_by TEXT;
        -- The name in the claims, and the texts by which lists sort and find a user. They are empty in a row of an
        -- earlier version until the user is evaluated, or, for a grant, until the store is opened.
        ALTER TABLE person_seen ADD COLUMN name TEXT;
        ALTER TABLE person_seen ADD COLUMN sort TEXT NOT NULL DEFAULT '';
        ALTER TABLE person_seen ADD COLUMN search TEXT NOT NULL DEFAULT '';
        -- A list reads only the index: the claims stand before the columns in a row, and take many pages.
        CREATE INDEX person_seen_list ON person_seen
            (organization, sort, identity, seen_at, provider, mapped_role, mapped_by, mapped_email, search);
        CREATE INDEX person_seen_address ON person_seen (organization, mapped_email);
        ALTER TABLE access_grant ADD COLUMN sort TEXT NOT NULL DEFAULT '';
        ALTER TABLE access_grant ADD COLUMN search TEXT NOT NULL DEFAULT '';
        CREATE INDEX access_grant_address ON access_grant (organization, lower(email));
        -- The time at which an invitation was accepted or revoked.
        ALTER TABLE invitation ADD COLUMN closed_at INTEGER;
        CREATE INDEX invitation_address ON invitation (organization, email);
        """,
    ]
}

/// Functions that SQLite has and PostgreSQL lacks, and one that its schemas need, as SQL for the store's own schema.
///
/// They are defined before all migrations. Each is one expression, so that PostgreSQL puts it in place of the call.
/// Indexes use `text_hash`: its result must never change.
enum PostgreSQLFunctions {
    static let definitions = #"""
        -- As the scalar functions of SQLite: NULL if an argument is NULL.
        CREATE OR REPLACE FUNCTION max(one BIGINT, other BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            $$ SELECT CASE WHEN one >= other THEN one WHEN one < other THEN other END $$;
        CREATE OR REPLACE FUNCTION min(one BIGINT, other BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            $$ SELECT CASE WHEN one <= other THEN one WHEN one > other THEN other END $$;
        -- The place of a part in a text, from 1; 0 if it is not in it.
        CREATE OR REPLACE FUNCTION instr(whole TEXT, part TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            $$ SELECT strpos(whole, part) $$;
        -- SHA-256 of a text's octets, for unique indexes over texts that are too long for an index. `convert_to` is
        -- no part of it, since an index takes no function that depends on a setting.
        CREATE OR REPLACE FUNCTION text_hash(whole TEXT) RETURNS BYTEA LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            $$ SELECT sha256(decode(replace(whole, '\', '\\'), 'escape')) $$;
        """#
}

"""The database's own guard (行级安全): the role that the web works in sees a subject's row only inside a written reading of it.

The entry of the reading must stand in the same transaction, unended, and name the subject and the register. What the web asks the
database, by a view, a raw query or a mistake, is answered with no row where there is no such entry.
"""

from collections.abc import Iterable

from psycopg import sql

from chengban.packs.model import Register

WEB_ROLE = "chengban_web"

MAKE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{WEB_ROLE}') THEN
        CREATE ROLE {WEB_ROLE} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, '{WEB_ROLE}', 'MEMBER') THEN
        GRANT {WEB_ROLE} TO current_user;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the database role {WEB_ROLE} is missing; whoever runs the server makes it with: '
        'CREATE ROLE {WEB_ROLE} NOLOGIN; GRANT {WEB_ROLE} TO %', current_user;
WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
"""

_OURS = """id = ANY (string_to_array(nullif(current_setting('chengban.readings', true), ''), ',')::bigint[])
        AND pg_xact_status(((pg_current_xact_id()::text::bigint & ~4294967295) | xmin::text::bigint)::text::xid8) = 'in progress'
        AND (payload->>'until')::timestamptz - at > clock_timestamp() - transaction_timestamp()"""
"""The entries that this very transaction noted, and that have not ended: one that is in progress and can be seen is one's own."""

NOTE_READINGS = f"""
CREATE FUNCTION facts_note_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('chengban.readings', concat_ws(',', nullif(current_setting('chengban.readings', true), ''), NEW.id), true);
    RETURN NULL;
END $$;
CREATE TRIGGER facts_note_reading AFTER INSERT ON ledger_entry FOR EACH ROW
    WHEN (current_user = '{WEB_ROLE}' AND NEW.act IN ('facts.read', 'facts.read_whole')) EXECUTE FUNCTION facts_note_reading();

CREATE FUNCTION facts_readable(register text) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(substr(subject, strpos(subject, ':') + 1)), '{{}}') FROM ledger_entry
        WHERE {_OURS} AND act = 'facts.read' AND payload->'registers' ? register);
END $$;
CREATE FUNCTION facts_readable_whole(register text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ledger_entry WHERE {_OURS} AND act = 'facts.read_whole' AND payload->'registers' ? register);
END $$;
"""
FORGET_READINGS = """
DROP FUNCTION facts_readable_whole(text) CASCADE;
DROP FUNCTION facts_readable(text) CASCADE;
DROP TRIGGER facts_note_reading ON ledger_entry;
DROP FUNCTION facts_note_reading();
"""

LET_THE_WEB_WORK = f"""
GRANT USAGE ON SCHEMA public TO {WEB_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};
REVOKE UPDATE, DELETE ON ledger_entry FROM {WEB_ROLE};
"""
"""After each migration. Registers' tables, which the web only reads, are told apart in `guard`."""

_GUARD = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS under_a_reading ON {table};
CREATE POLICY under_a_reading ON {table} FOR SELECT TO {role}
    USING ({subject} = ANY ((SELECT facts_readable({register}))::text[]) OR (SELECT facts_readable_whole({register})));
"""
_READ_ONLY = "REVOKE ALL ON {table} FROM {role}; GRANT SELECT ON {table} TO {role};"


def guards(register: Register, table: sql.Identifier) -> Iterable[sql.Composed]:
    """The statements that put a register's table under guard. A register that is about no subject is open to read."""
    role = sql.Identifier(WEB_ROLE)
    yield sql.SQL(_READ_ONLY).format(table=table, role=role)
    if register.subject is not None:
        yield sql.SQL(_GUARD).format(
            table=table, role=role, subject=sql.Identifier(register.subject), register=sql.Literal(register.id)
        )

"""The writing of one entry as a function of the database, which keeps its plan: planning costs more than writing."""

from django.db import migrations

APPEND = """
CREATE FUNCTION ledger_append(written jsonb, sealed bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    INSERT INTO ledger_entry (at, actor, act, subject, payload, seal)
    VALUES ((written->>0)::timestamptz, written->>1, written->>2, written->>3, written->4, sealed)
    RETURNING id INTO number;
    RETURN number;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_tree")]

    operations = [migrations.RunSQL(APPEND, "DROP FUNCTION ledger_append(jsonb, bytea)")]

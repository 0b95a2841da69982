"""The ledger's table, and the trigger that makes it append-only for everyone but a superuser who drops the trigger."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
ALLOW = """
DROP TRIGGER ledger_no_truncate ON ledger_entry;
DROP TRIGGER ledger_append_only ON ledger_entry;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("actor", models.CharField(max_length=80, verbose_name="谁")),
                ("act", models.CharField(max_length=80, verbose_name="做了什么")),
                ("subject", models.CharField(max_length=160, verbose_name="对谁或对什么")),
                ("payload", models.JSONField(default=dict, verbose_name="内容")),
            ],
            options={
                "verbose_name": "留痕",
                "indexes": [
                    models.Index(fields=["subject", "id"], name="ledger_entr_subject_idx"),
                    models.Index(fields=["act", "id"], name="ledger_entr_act_idx"),
                ],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]

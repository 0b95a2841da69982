"""The tree over the entries: seals, leaves, tiles, signed heads, cosignatures; and the queue that a trigger fills."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from chengban.ledger import keys
from chengban.ledger.canonical import Content, seal, text_of

QUEUE = """
CREATE TABLE ledger_pending (entry bigint NOT NULL, refused boolean NOT NULL DEFAULT false)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE FUNCTION ledger_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_pending (entry) SELECT id FROM new_entries;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_queue AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_queue();
CREATE TRIGGER ledger_leaf_append_only BEFORE UPDATE OR DELETE ON ledger_leaf
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_leaf_no_truncate BEFORE TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
UNQUEUE = """
DROP TRIGGER ledger_leaf_no_truncate ON ledger_leaf;
DROP TRIGGER ledger_leaf_append_only ON ledger_leaf;
DROP TRIGGER ledger_queue ON ledger_entry;
DROP FUNCTION ledger_queue();
DROP TABLE ledger_pending;
"""
CHUNK = 5000


def seal_what_is_there(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """Seal the entries from before seals, and queue them: the tree begins with them."""
    entry = apps.get_model("ledger", "Entry")
    schema.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_append_only")
    rows, key = [], keys.seal_key()
    for one in entry.objects.order_by("pk").iterator(CHUNK):
        one.seal = seal(key, text_of(Content(one.at, one.actor, one.act, one.subject, one.payload)))
        rows.append(one)
        if len(rows) == CHUNK:
            entry.objects.bulk_update(rows, ["seal"])
            rows = []
    entry.objects.bulk_update(rows, ["seal"])
    schema.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_append_only")
    schema.execute("INSERT INTO ledger_pending (entry) SELECT id FROM ledger_entry ORDER BY id")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.AddField("entry", "seal", models.BinaryField(default=b"", verbose_name="封缄")),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="位置")),
                ("entry", models.BigIntegerField(unique=True, verbose_name="留痕编号")),
            ],
            options={"verbose_name": "留痕在树上的位置"},
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey("level", "number", blank=True, editable=False, primary_key=True, serialize=False),
                ),
                ("level", models.SmallIntegerField(verbose_name="层")),
                ("number", models.BigIntegerField(verbose_name="序号")),
                ("hashes", models.BinaryField(verbose_name="散列值")),
            ],
            options={"verbose_name": "散列分块"},
        ),
        migrations.CreateModel(
            name="TreeHead",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="条数")),
                ("note", models.TextField(verbose_name="签名文本")),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={"verbose_name": "检查点"},
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("witness", models.CharField(max_length=120, verbose_name="见证人")),
                ("note", models.TextField(verbose_name="联署的签名文本")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cosignatures",
                        to="ledger.treehead",
                        verbose_name="检查点",
                    ),
                ),
            ],
            options={
                "verbose_name": "联署",
                "constraints": [models.UniqueConstraint(fields=("head", "witness"), name="ledger_cosignature_once")],
            },
        ),
        migrations.RunSQL(QUEUE, UNQUEUE),
        migrations.RunPython(seal_what_is_there, migrations.RunPython.noop),
    ]

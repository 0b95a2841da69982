"""Editions of policies, and the log of what is in force: the log only grows, and what it published stays as it is."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE FUNCTION policies_publication_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of publications only grows: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER policies_publication_only_grows BEFORE UPDATE OR DELETE ON policies_publication
    FOR EACH ROW EXECUTE FUNCTION policies_publication_stays();
CREATE FUNCTION policies_edition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM policies_publication WHERE edition_id = OLD.id) THEN
        RAISE EXCEPTION 'edition % is published and stays as it is: % refused', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER policies_edition_published_stays BEFORE UPDATE OR DELETE ON policies_edition
    FOR EACH ROW EXECUTE FUNCTION policies_edition_stays();
"""
LOOSEN = """
DROP TRIGGER policies_edition_published_stays ON policies_edition;
DROP FUNCTION policies_edition_stays();
DROP TRIGGER policies_publication_only_grows ON policies_publication;
DROP FUNCTION policies_publication_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('policies', '0006_following'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy', models.CharField(blank=True, max_length=20, verbose_name='政策')),
                ('version', models.CharField(blank=True, max_length=20, verbose_name='版本')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='名称')),
                ('written', models.JSONField(verbose_name='稿')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='修订次数')),
            ],
            options={
                'verbose_name': '版本稿',
            },
        ),
        migrations.AddField(
            model_name='matchrun',
            name='publications',
            field=models.PositiveBigIntegerField(default=0, verbose_name='政策截至公布记录'),
        ),
        migrations.CreateModel(
            name='EditionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('written', '起草'), ('submitted', '提交审核'), ('returned', '退回修改'), ('published', '审核通过并公布'), ('discarded', '作废')], max_length=10, verbose_name='步骤')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('by', models.CharField(max_length=80, verbose_name='谁')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='policies.edition')),
            ],
            options={
                'verbose_name': '版本稿步骤',
                'indexes': [models.Index(fields=['edition', 'id'], name='policies_edition_steps')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('published', '公布'), ('withdrawn', '撤回')], max_length=10, verbose_name='公布或撤回')),
                ('policy', models.CharField(max_length=20, verbose_name='政策')),
                ('version', models.CharField(max_length=20, verbose_name='版本')),
                ('on', models.DateField(verbose_name='自哪天起')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('by', models.CharField(max_length=80, verbose_name='谁')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='原因')),
                ('edition', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='policies.edition')),
            ],
            options={
                'verbose_name': '公布记录',
                'constraints': [models.UniqueConstraint(fields=('policy', 'version', 'act'), name='published_once_withdrawn_once'), models.CheckConstraint(condition=models.Q(('act', 'published'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='withdrawn_with_a_reason'), models.CheckConstraint(condition=models.Q(('act', 'withdrawn'), ('edition__isnull', False), _connector='OR'), name='published_from_an_edition')],
            },
        ),
        migrations.RunSQL(KEEP, LOOSEN),
    ]

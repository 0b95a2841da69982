"""Tasks, emergencies, requests and questions; the role of the web, and what the database knows of readings."""

import django.db.models.deletion
from django.db import migrations, models

from chengban.facts.reading.guarding import FORGET_READINGS, MAKE_ROLE, NOTE_READINGS


class Migration(migrations.Migration):
    dependencies = [
        ("facts", "0002_confirmed"),
        ("ledger", "0003_append"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("department", models.CharField(max_length=60, verbose_name="请求部门")),
                ("register", models.CharField(max_length=60, verbose_name="库")),
                ("fields", models.JSONField(verbose_name="字段")),
                ("subjects", models.JSONField(default=list, verbose_name="对象")),
                ("answers_only", models.BooleanField(default=False, verbose_name="只要是否")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("reason", models.CharField(max_length=300, verbose_name="用途")),
                ("days", models.PositiveIntegerField(verbose_name="天数")),
            ],
            options={
                "verbose_name": "数据请求",
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField(unique=True, verbose_name="留痕编号")),
                ("kind", models.CharField(max_length=16, verbose_name="主体类别")),
                ("subject", models.CharField(db_index=True, max_length=32, verbose_name="主体")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="质疑")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("asked_by", models.CharField(max_length=80, verbose_name="提出人")),
                ("answer_by", models.DateField(verbose_name="答复期限")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("answered_by", models.CharField(blank=True, max_length=80, verbose_name="答复人")),
                ("improper", models.BooleanField(null=True, verbose_name="是否不当")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复")),
            ],
            options={
                "verbose_name": "对查阅的质疑",
            },
        ),
        migrations.CreateModel(
            name="Emergency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16, verbose_name="主体类别")),
                ("subject", models.CharField(max_length=32, verbose_name="主体")),
                ("reason", models.CharField(max_length=300, verbose_name="紧急情况")),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                ("by", models.CharField(max_length=80, verbose_name="谁")),
                ("until", models.DateTimeField(verbose_name="到何时")),
                ("review_by", models.DateField(verbose_name="复核期限")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="复核时间")),
                ("reviewed_by", models.CharField(blank=True, max_length=80, verbose_name="复核人")),
                ("justified", models.BooleanField(null=True, verbose_name="是否正当")),
                ("finding", models.CharField(blank=True, max_length=300, verbose_name="复核意见")),
            ],
            options={
                "verbose_name": "应急查阅",
                "indexes": [
                    models.Index(condition=models.Q(("reviewed_at", None)), fields=["review_by"], name="facts_emergency_waiting")
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=60, verbose_name="用途")),
                ("kind", models.CharField(max_length=16, verbose_name="主体类别")),
                ("subject", models.CharField(max_length=32, verbose_name="主体")),
                ("about", models.CharField(max_length=120, verbose_name="办什么")),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                ("by", models.CharField(max_length=80, verbose_name="谁")),
                ("until", models.DateTimeField(verbose_name="到何时")),
            ],
            options={
                "verbose_name": "查阅事由",
                "indexes": [models.Index(fields=["by", "subject", "-id"], name="facts_task_whose")],
            },
        ),
        migrations.CreateModel(
            name="RequestStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=12, verbose_name="步骤")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("on", models.DateField(verbose_name="业务日期")),
                ("by", models.CharField(max_length=80, verbose_name="谁")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                (
                    "request",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="facts.datarequest"),
                ),
            ],
            options={
                "verbose_name": "数据请求的步骤",
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("request", "step"), name="each_step_of_a_request_once")],
            },
        ),
        migrations.RunSQL(MAKE_ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE_READINGS, FORGET_READINGS),
    ]

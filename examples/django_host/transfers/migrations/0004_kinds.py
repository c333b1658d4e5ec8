from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from student_transfer.storing import codec


def tell_the_kinds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the new column of the rows that are there."""
    rows = apps.get_model("transfers", "IncomingPupil").objects
    for row in rows.using(schema_editor.connection.alias).iterator():
        row.kind = codec.ROW_KIND.dumps(codec.IMPORT_ROW.loads(row.document).kind)
        row.save(update_fields=["kind"])


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0003_merges_into"),
    ]

    operations = [
        migrations.AddField(
            model_name="incomingpupil",
            name="kind",
            field=models.CharField(default="", max_length=255),
            preserve_default=False,
        ),
        migrations.RunPython(tell_the_kinds, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="incomingpupil",
            index=models.Index(fields=["transfer", "kind"], name="incoming_of_kind"),
        ),
    ]

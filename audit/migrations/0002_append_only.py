from django.db import migrations

from audit import triggers


def lay(apps, schema_editor):
    triggers.lay(schema_editor.connection)


def lift(apps, schema_editor):
    triggers.lift(schema_editor.connection)


class Migration(migrations.Migration):
    """The database itself refuses to change or forget a trail line."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(lay, lift)]

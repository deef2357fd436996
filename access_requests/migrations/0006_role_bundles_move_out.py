"""The catalogue of role bundles moves down to accounts, with its rows: approvals on cases need it too."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0005_temporary_access'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable('AccessRole', 'accounts_accessrole')],
            state_operations=[migrations.DeleteModel('AccessRole')],
        ),
    ]

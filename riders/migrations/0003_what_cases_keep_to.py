from django.conf import settings
from django.db import migrations, models

from riders import triggers


def lay(apps, schema_editor):
    triggers.lay(schema_editor.connection)


def lift(apps, schema_editor):
    triggers.lift(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('riders', '0002_threads_terms_and_sessions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='supportcase',
            name='changed_at',
            field=models.DateTimeField(verbose_name='last changed'),
        ),
        migrations.AddConstraint(
            model_name='supportcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reopen_until', None), ('solved_at', None), ('solved_by', None)), models.Q(('reopen_until__gt', models.F('solved_at')), ('reopen_until__isnull', False), ('solved_at__gte', models.F('opened_at')), ('solved_by__isnull', False)), _connector='OR'), name='a_solved_case_says_when_and_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='supportcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('solved_at', None), ('state__in', ('open', 'waiting_customer', 'waiting_support'))), models.Q(('solved_at__isnull', False), ('state', 'solved')), ('state', 'closed'), _connector='OR'), name='a_case_is_solved_when_it_says_so'),
        ),
        migrations.AddConstraint(
            model_name='supportcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__gte', models.F('opened_at')), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at', None), ('closed_by', None)), _connector='OR'), name='a_closed_case_says_when'),
        ),
        migrations.AddConstraint(
            model_name='supportcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rider_asked_at', None), ('rider_asked_by', None)), models.Q(('rider_asked_at__isnull', False), ('rider_asked_by__isnull', False)), _connector='OR'), name='terms_asked_for_say_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='supportcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'portal'), ('sender', '')), models.Q(models.Q(('channel', 'portal'), _negated=True), models.Q(('sender', ''), _negated=True)), _connector='OR'), name='a_case_from_outside_the_portal_names_its_sender'),
        ),
        # Whatever rewrites this table later, as SQLite does for a changed column, lays them again
        migrations.RunPython(lay, lift),
    ]

import accounts.models.grants
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _move(apps, schema_editor, source, target):
    # What staff may do with bundles hangs on the type, and moves with it
    types = apps.get_model('contenttypes', 'ContentType').objects.using(schema_editor.connection.alias)
    if not types.filter(app_label=target, model='accessrole').exists():
        types.filter(app_label=source, model='accessrole').update(app_label=target)


def take_over(apps, schema_editor):
    _move(apps, schema_editor, 'access_requests', 'accounts')


def give_back(apps, schema_editor):
    _move(apps, schema_editor, 'accounts', 'access_requests')


class Migration(migrations.Migration):

    dependencies = [
        ('access_requests', '0006_role_bundles_move_out'),
        ('accounts', '0009_temporary_access'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(take_over, give_back)],
            state_operations=[
                migrations.CreateModel(
                    name='AccessRole',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                        ('description', models.TextField(verbose_name='description')),
                        ('permissions', models.JSONField(default=list, verbose_name='rights')),
                        ('active', models.BooleanField(default=True, verbose_name='on offer')),
                    ],
                    options={
                        'verbose_name': 'role bundle',
                        'verbose_name_plural': 'role bundles',
                        'ordering': ['name'],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='support_changes_need_agreement',
            field=models.BooleanField(default=True, verbose_name='support changes need our agreement'),
        ),
        migrations.AlterField(
            model_name='grant',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('window', 'The agreed time was over'), ('ended', 'Ended by the customer'), ('denied', 'The customer changed the answer to no'), ('handed_back', 'Handed back'), ('person', 'The person left the company'), ('locked_out', 'The person was locked out of the portal'), ('lender', 'The access it hung under ended'), ('link', 'The companies are no longer linked'), ('company', 'The account was closed'), ('solved', 'The case was solved'), ('withdrawn', 'The approval on the case was withdrawn'), ('finished', 'The investigation was finished')], max_length=20, verbose_name='why it ended'),
        ),
        migrations.AlterField(
            model_name='grant',
            name='kind',
            field=models.CharField(choices=[('partner', 'IT partner access'), ('support', 'Support access'), ('hour', 'Temporary access'), ('case', 'Case access'), ('change', 'Change to the account')], max_length=10, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='ProposedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.models.grants.new_public_id, max_length=32, unique=True, verbose_name='id')),
                ('case_number', models.CharField(blank=True, max_length=40, verbose_name='case')),
                ('reason', models.TextField(verbose_name='reason')),
                ('changes', models.JSONField(verbose_name='what would change')),
                ('version', models.PositiveIntegerField(verbose_name='version of what would change')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('respond_by', models.DateTimeField(verbose_name='answer until')),
                ('remind_at', models.DateTimeField(blank=True, null=True, verbose_name='remind at')),
                ('state', models.CharField(choices=[('waiting', 'Waits for an answer'), ('agreed', 'Agreed and applied'), ('refused', 'Refused'), ('lapsed', 'Not answered in time'), ('outdated', 'Overtaken by another change'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10, verbose_name='state')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answer', models.TextField(blank=True, verbose_name='the answer in writing')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposed_changes', to='accounts.account', verbose_name='account')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposed_changes', to='accounts.grant', verbose_name='under the access')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'proposed change',
                'verbose_name_plural': 'proposed changes',
                'ordering': ['-proposed_at', '-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['account', '-proposed_at'], name='changes_of_an_account'), models.Index(fields=['state', 'respond_by'], name='changes_that_wait')],
                'constraints': [models.CheckConstraint(condition=models.Q(('respond_by__gt', models.F('proposed_at'))), name='a_change_is_answered_after_it_was_proposed'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('state', 'waiting')), models.Q(('state', 'waiting'), _negated=True), _connector='OR'), name='a_change_that_waits_has_no_answer'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'refused']), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answer_to_a_change_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'agreed'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='a_yes_to_a_change_is_in_writing'), models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(('state', 'agreed'), _negated=True), models.Q(('answered_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='nobody_agrees_to_their_own_change')],
            },
        ),
    ]

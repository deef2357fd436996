# Cases of before get what newer ones have; the rules over it come with the next step

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def say_when(apps, schema_editor):
    """Cases of before were changed last when they were solved or opened, and can be reopened as newer ones can."""
    cases = apps.get_model("riders", "SupportCase").objects
    cases.filter(solved_at=None).update(changed_at=F("opened_at"))
    for case in cases.exclude(solved_at=None).only("solved_at").iterator():
        until = case.solved_at + settings.PORTAL_CASE_REOPEN_WITHIN
        cases.filter(pk=case.pk).update(changed_at=case.solved_at, reopen_until=until)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_articles_and_terms'),
        ('riders', '0001_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, verbose_name='SHA-256 of what was read')),
                ('answer', models.CharField(choices=[('accepted', 'Accepted'), ('declined', 'Declined')], max_length=10, verbose_name='answer')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='from address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='with browser')),
            ],
            options={
                'verbose_name': 'acknowledgement',
                'verbose_name_plural': 'acknowledgements',
                'ordering': ['-given_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('text', models.TextField(max_length=50000, verbose_name='text')),
                ('sought', models.TextField(editable=False)),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['title', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Attendee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('customer', 'Customer'), ('vendor', 'Support'), ('third_party', 'Third party')], max_length=12, verbose_name='side')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('invited_at', models.DateTimeField(verbose_name='invited')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
            ],
            options={
                'verbose_name': 'attendee',
                'verbose_name_plural': 'attendees',
                'ordering': ['side', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.CharField(max_length=200, verbose_name='company')),
                ('from_support', models.BooleanField(verbose_name='from support')),
                ('text', models.TextField(max_length=10000, verbose_name='text')),
                ('at', models.DateTimeField(verbose_name='written')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseFollower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'follower',
                'verbose_name_plural': 'followers',
                'ordering': ['case', 'since'],
            },
        ),
        migrations.CreateModel(
            name='RemoteSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='id')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='planned from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='planned until')),
                ('revision', models.PositiveIntegerField(default=0, verbose_name='revision')),
                ('tool', models.CharField(max_length=300, verbose_name='tool')),
                ('ours', models.BooleanField(verbose_name='support’s own tool')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('joined_at', models.DateTimeField(blank=True, null=True, verbose_name='support joined')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='called off')),
            ],
            options={
                'verbose_name': 'remote session',
                'verbose_name_plural': 'remote sessions',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RemoteTools',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='remote_tools', serialize=False, to='accounts.account', verbose_name='account')),
                ('primary_permitted', models.BooleanField(default=True, verbose_name='permits support’s own tool')),
                ('others', models.CharField(blank=True, max_length=300, verbose_name='tools it permits instead')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
            ],
            options={
                'verbose_name': 'tools for remote sessions',
                'verbose_name_plural': 'tools for remote sessions',
                'ordering': ['account'],
            },
        ),
        migrations.CreateModel(
            name='Rider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True, verbose_name='version')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('text', models.TextField(max_length=50000, verbose_name='text')),
                ('pdf', models.BinaryField(blank=True, default=bytes, max_length=5242880, verbose_name='PDF')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the PDF')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
            ],
            options={
                'verbose_name': 'remote access rider',
                'verbose_name_plural': 'remote access riders',
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='SessionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(choices=[('observe', 'To see the problem as it happens'), ('diagnose', 'To look for the cause together'), ('plan', 'To go through the plan of the case'), ('third_party', 'Another supplier has to see or explain something'), ('agreed', 'Both sides think it helps')], max_length=20, verbose_name='reason')),
                ('expectation', models.TextField(max_length=2000, verbose_name='expectation')),
                ('impact', models.TextField(max_length=2000, verbose_name='impact')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('state', models.CharField(choices=[('draft', 'Waits for the terms'), ('submitted', 'Waits for support'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('why_not', models.CharField(blank=True, choices=[('standing_by', 'It would be standing by during a migration, an upgrade or a change'), ('nothing_to_solve', 'There is nothing a session could solve'), ('other_software', 'It is about software that is not ours'), ('after_solution', 'It would be watching after a solution was given'), ('not_technical', 'It is about accounts, people or subscriptions; the telephone is quicker'), ('other', 'Another reason')], max_length=20, verbose_name='reason for the no')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='in words')),
            ],
            options={
                'verbose_name': 'session request',
                'verbose_name_plural': 'session requests',
                'ordering': ['-asked_at', '-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='supportcase',
            name='a_solved_case_says_when_and_by_whom',
        ),
        migrations.AddField(
            model_name='supportcase',
            name='changed_at',
            field=models.DateTimeField(null=True, verbose_name='last changed'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='channel',
            field=models.CharField(choices=[('portal', 'Portal'), ('mail', 'E-mail'), ('telephone', 'Telephone')], default='portal', max_length=10, verbose_name='channel'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='closed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='closed'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='description',
            field=models.TextField(blank=True, max_length=10000, verbose_name='description'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='product',
            field=models.CharField(blank=True, max_length=100, verbose_name='product'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='reopen_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='can be reopened until'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='rider_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='terms asked for'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='rider_asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='terms asked for by'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='sender',
            field=models.CharField(blank=True, max_length=254, verbose_name='sender'),
        ),
        migrations.AddField(
            model_name='supportcase',
            name='severity',
            field=models.PositiveSmallIntegerField(choices=[(1, '1, urgent: work has stopped'), (2, '2, high: work is much harder'), (3, '3, medium: there is a way round it'), (4, '4, low: a question or a wish')], default=3, verbose_name='severity'),
        ),
        migrations.AlterField(
            model_name='supportcase',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('waiting_customer', 'Waiting for customer'), ('waiting_support', 'Waiting for support'), ('solved', 'Solved'), ('closed', 'Closed for good')], default='open', max_length=16, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='supportcase',
            index=models.Index(fields=['state', '-changed_at'], name='cases_by_state'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='riders.supportcase', verbose_name='case'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by'),
        ),
        migrations.AddField(
            model_name='article',
            name='changed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='article',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='attendee',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by'),
        ),
        migrations.AddField(
            model_name='attendee',
            name='invited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by'),
        ),
        migrations.AddField(
            model_name='attendee',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='casecomment',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AddField(
            model_name='casecomment',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='riders.supportcase', verbose_name='case'),
        ),
        migrations.AddField(
            model_name='casefollower',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='riders.supportcase', verbose_name='case'),
        ),
        migrations.AddField(
            model_name='casefollower',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='acknowledgement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='riders.acknowledgement', verbose_name='acknowledgement'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='cancelled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='called off by'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='riders.supportcase', verbose_name='case'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='joined_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='joined by'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='started_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by'),
        ),
        migrations.AddField(
            model_name='attendee',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendees', to='riders.remotesession', verbose_name='session'),
        ),
        migrations.AddField(
            model_name='remotetools',
            name='changed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='rider',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='rider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='riders.rider', verbose_name='rider'),
        ),
        migrations.AddField(
            model_name='sessionrequest',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by'),
        ),
        migrations.AddField(
            model_name='sessionrequest',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
        ),
        migrations.AddField(
            model_name='sessionrequest',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='session_requests', to='riders.supportcase', verbose_name='case'),
        ),
        migrations.AddField(
            model_name='remotesession',
            name='request',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='session', to='riders.sessionrequest', verbose_name='request'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('published_by', None)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='a_published_article_says_by_whom'),
        ),
        migrations.AddIndex(
            model_name='casecomment',
            index=models.Index(fields=['case', 'at', 'id'], name='comments_of_a_case'),
        ),
        migrations.AddConstraint(
            model_name='casefollower',
            constraint=models.UniqueConstraint(fields=('case', 'person'), name='a_person_follows_a_case_once'),
        ),
        migrations.AddConstraint(
            model_name='attendee',
            constraint=models.UniqueConstraint(fields=('session', 'person'), name='a_person_attends_a_session_once'),
        ),
        migrations.AddConstraint(
            model_name='attendee',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('side', 'third_party')), models.Q(models.Q(('side', 'third_party'), _negated=True), ('person__isnull', False)), _connector='OR'), name='a_third_party_is_no_person_here'),
        ),
        migrations.AddConstraint(
            model_name='attendee',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='a_confirmed_attendee_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='remotetools',
            constraint=models.CheckConstraint(condition=models.Q(('primary_permitted', True), models.Q(('others', ''), _negated=True), _connector='OR'), name='an_account_without_our_tool_names_others'),
        ),
        migrations.AddConstraint(
            model_name='rider',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('published_at', None), ('published_by', None)), models.Q(('published_at__isnull', False), ('published_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='a_published_rider_has_its_hash'),
        ),
        migrations.AddConstraint(
            model_name='rider',
            constraint=models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('digest',), name='one_published_rider_per_hash'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(condition=models.Q(('answer', 'accepted')), fields=('case',), name='a_case_is_acknowledged_once'),
        ),
        migrations.AddConstraint(
            model_name='sessionrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted'])), fields=('case',), name='one_session_request_of_a_case_waits'),
        ),
        migrations.AddConstraint(
            model_name='sessionrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('state__in', ['draft', 'submitted'])), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('state__in', ['accepted', 'declined', 'withdrawn'])), _connector='OR'), name='an_answered_session_request_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='sessionrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), models.Q(('why_not', ''), _negated=True)), models.Q(models.Q(('state', 'declined'), _negated=True), ('why_not', '')), _connector='OR'), name='a_declined_session_request_says_why'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_at', None), ('starts_at', None)), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='a_session_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('started_at', None), ('started_by', None)), models.Q(('acknowledgement__isnull', False), ('started_at__isnull', False), ('started_by__isnull', False)), _connector='OR'), name='a_started_session_has_its_acknowledgement'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('joined_at', None), ('joined_by', None)), models.Q(('joined_at__gte', models.F('started_at')), ('joined_by__isnull', False), ('started_at__isnull', False)), _connector='OR'), name='a_joined_session_has_started'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__gte', models.F('started_at')), ('ended_by__isnull', False), ('started_at__isnull', False)), _connector='OR'), name='an_ended_session_has_started'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False), ('started_at', None)), _connector='OR'), name='a_session_called_off_never_started'),
        ),
        migrations.AddConstraint(
            model_name='remotesession',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('started_at__isnull', False)), fields=('case',), name='one_session_of_a_case_runs'),
        ),
        migrations.RunPython(say_when, migrations.RunPython.noop),
    ]

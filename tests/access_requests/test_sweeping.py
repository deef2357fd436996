"""What the clock has decided already, written down and told: once, however often, late or side by side."""

from datetime import timedelta

import pytest

from access_requests import services, tasks
from access_requests.models import AccessRequest, Reminder
from access_requests.services import Window
from accounts import authorization
from accounts.models import Grant
from audit.models import TrailLine
from audit.selectors import last_run
from audit.verification import verify
from notifications.models import Mail, Notice
from tests.cast import WEEK, approve, ask, deny, events, fresh, told

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def everything():
    """This will give a count of all that a job could have written."""
    tables = (TrailLine, Mail, Notice, Grant, AccessRequest, Reminder)
    return [table.objects.count() for table in tables] + sorted(
        Grant.objects.values_list("ended_at", flat=True), key=str
    )


class TestExpire:
    @pytest.mark.trust("I3", "L1", "B2")
    def test_what_nobody_answered_is_stored_and_told_once(self, cast, pending, now):
        services.sweep(at=pending.respond_by - TICK)
        assert fresh(pending).status == "pending"

        for _again in range(3):
            services.sweep(at=pending.respond_by)
        assert fresh(pending).status == "expired"
        assert events(pending) == ["request.submitted", "request.expired"]
        assert told("lapsed", pending) == [cast.carol.email, cast.pat.email, cast.petra.email]

    def test_answers_are_left_alone(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)
        services.sweep(at=pending.respond_by)

        assert fresh(pending).status == "denied"

    def test_everything_that_is_due_is_found(self, cast, now):
        for number in range(3):
            ask(cast, case_number=f"C-{number}", at=now)

        assert services.expire_due_requests(at=now + 2 * WEEK) == 3
        assert services.expire_due_requests(at=now + 2 * WEEK) == 0


class TestEndDue:
    @pytest.mark.trust("B1", "B2", "I12")
    def test_a_grant_that_is_tidied_ended_at_its_end_whenever_that_was_noticed(self, cast, granted, now):
        assert services.end_due_grants(at=granted.ends_at - TICK) == 0
        for days in (3, 4, 4):
            services.sweep(at=granted.ends_at + timedelta(days=days))
        granted.refresh_from_db()

        assert (granted.ended_at, granted.end_reason, granted.ended_by) == (granted.ends_at, "window", None)
        assert events(granted) == ["grant.opened", "grant.ended"]
        assert told("ended", granted) == [cast.carol.email, cast.pat.email, cast.petra.email]

    @pytest.mark.trust("E3", "B3")
    def test_a_job_that_never_ran_revokes_nothing_late(self, cast, granted, now):
        assert authorization.held(cast.petra, cast.acme, at=granted.ends_at) == set()

    @pytest.mark.trust("E6")
    def test_other_access_of_the_person_is_left_alone(self, cast, granted, now):
        longer = approve(ask(cast, case_number="C-2", window=Window(duration=2 * WEEK), at=now), by=cast.carol, at=now)
        services.sweep(at=granted.ends_at)
        longer.refresh_from_db()

        assert longer.ended_at is None
        assert authorization.held(cast.petra, cast.acme, at=granted.ends_at) == {"view_invoices"}

    def test_one_that_was_ended_earlier_stays_as_it_was(self, cast, granted, now):
        services.end_access(grant=granted, by=cast.carol, at=now + DAY)
        services.sweep(at=granted.ends_at)
        granted.refresh_from_db()

        assert (granted.ended_at, granted.end_reason) == (now + DAY, "ended")


class TestRemind:
    def test_deciders_are_reminded_once_halfway(self, cast, pending, now):
        services.remind(at=now + WEEK - TICK)
        assert told("reminder_customer", pending) == []
        for days in (0, 1, 2):
            services.remind(at=now + WEEK + days * DAY)

        assert told("reminder_customer", pending) == [cast.carol.email]

    def test_nobody_is_reminded_of_what_is_answered(self, cast, pending, granted, now):
        services.remind(at=now + WEEK)

        assert told("reminder_customer", pending) == []

    def test_the_end_is_told_thirty_seven_and_one_day_before(self, cast, now):
        grant = approve(ask(cast, window=Window(duration=200 * DAY), at=now), by=cast.carol, at=now)
        end, partner = grant.ends_at, sorted([cast.pat.email, cast.petra.email])
        told_so_far = []
        for days in (31, 30, 29, 7, 6, 1, 0.5):
            services.remind(at=end - timedelta(days=days))
            told_so_far.append(len(told("ends_soon", grant)))

        assert told_so_far == [0, 2, 2, 5, 5, 7, 7]
        assert told("ends_soon", grant) == sorted(3 * partner + [cast.carol.email])

    def test_only_reminders_before_which_it_ran_longer_than_is_left(self, cast, granted, now):
        for days in (6, 5, 2, 1):
            services.remind(at=granted.ends_at - timedelta(days=days))

        assert list(Reminder.objects.filter(grant=granted).values_list("days", flat=True)) == [1]

    def test_after_a_pause_of_the_jobs_only_the_nearest_is_sent(self, cast, now):
        grant = approve(ask(cast, window=Window(duration=200 * DAY), at=now), by=cast.carol, at=now)
        services.remind(at=grant.ends_at - timedelta(hours=3))

        assert list(Reminder.objects.filter(grant=grant).values_list("days", flat=True)) == [1]

    def test_nothing_is_said_of_access_that_ended(self, cast, granted, now):
        services.end_access(grant=granted, by=cast.carol, at=now)
        services.remind(at=granted.ends_at - DAY)

        assert told("ends_soon", granted) == []


@pytest.mark.trust("B2", "B1")
@pytest.mark.parametrize("days", [0, 6, 7, 14, 400])
def test_a_second_sweep_at_the_same_moment_writes_nothing(cast, pending, now, days):
    approve(ask(cast, case_number="C-2", at=now), by=cast.carol, at=now)
    services.sweep(at=now + days * DAY)
    before = everything()
    services.sweep(at=now + days * DAY)

    assert everything() == before
    assert verify() == []
    assert last_run("sweep") == now + days * DAY


def test_the_task_sweeps_at_the_clocks_own_moment(cast, pending):
    AccessRequest.objects.filter(pk=pending.pk).update(respond_by=pending.submitted_at)
    tasks.sweep()

    assert fresh(pending).status == "expired"

"""Of two who act at the same moment one wins, and the other is told; nothing is done by halves."""

from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from access_requests import services
from access_requests.models import AccessRequest
from accounts import authorization
from accounts.models import Grant
from accounts.services import add_member, end_membership
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from partners.models import Partnership
from tests.access_requests.racing import at_once, deadlocks, refused
from tests.cast import approve, ask, deny, events, fresh, member, told

ROUNDS = 6
TICK = timedelta(microseconds=1)
services_needed = pytest.mark.services
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_deadlocks(db):
    """No race ends in a deadlock, and every chain of the trail is whole afterwards."""
    before = deadlocks() if connection.vendor == "postgresql" else 0
    yield
    assert verify() == []
    if connection.vendor == "postgresql":
        assert deadlocks() == before


def rounds(cast, *, at):
    """This will give one new request after the other."""
    for number in range(ROUNDS):
        yield ask(cast, case_number=f"C-{number}", at=at)


def grants_of(request):
    """This will give the access a request has led to."""
    return list(Grant.objects.filter(request_id=request.public_id))


@services_needed
@pytest.mark.trust("R1", "R8")
@pytest.mark.parametrize("clicks", [2, 10])
def test_a_double_click_decides_once(cast, pending, signed_in, clicks):
    cookies = signed_in(cast.carol).cookies
    seen = pending.as_seen()
    form = {
        "status": seen.status,
        "version": seen.version,
        "digest": seen.digest,
        "answer": "approve",
        "permissions": ["view_invoices"],
        "until": "asked",
    }

    def click():
        browser = Client()
        browser.cookies = cookies
        return browser.post(reverse("decide", args=[pending.public_id]), form).status_code

    answers = at_once(*[click] * clicks)

    assert sorted(answers, key=str) == [302] + [409] * (clicks - 1)
    (grant,) = grants_of(pending)
    assert events(pending) == ["request.submitted", "request.approved"]
    assert told("granted_partner", grant) == [cast.pat.email, cast.petra.email]
    assert told("granted_customer", grant) == [cast.carol.email]


@services_needed
@pytest.mark.trust("R2", "I3", "L1")
def test_of_yes_and_no_exactly_one_wins(several_deciders, now):
    cast = several_deciders
    for request in rounds(cast, at=now):
        outcomes = at_once(
            partial(approve, request, by=cast.carol, at=now), partial(deny, request, by=cast.adam, at=now)
        )
        (refusal,) = refused(outcomes, NotAllowedNow)
        status = fresh(request).status
        winner = "Carol approved" if status == "approved" else "Adam denied"

        assert str(refusal).startswith(f"{winner} this on")
        assert len(grants_of(request)) == (status == "approved")
        assert events(request) == ["request.submitted", f"request.{status}"]


@services_needed
@pytest.mark.trust("R3", "L1")
def test_of_yes_and_withdrawing_exactly_one_wins(cast, now):
    for request in rounds(cast, at=now):
        outcomes = at_once(
            partial(approve, request, by=cast.carol, at=now),
            partial(services.cancel_request, request=request, by=cast.pat, at=now),
        )
        status = fresh(request).status

        assert len(refused(outcomes, NotAllowedNow)) == 1
        assert status in {"approved", "cancelled"}
        assert len(grants_of(request)) == (status == "approved")
        assert events(request) == ["request.submitted", f"request.{status}"]


@services_needed
@pytest.mark.trust("R4", "B1")
def test_at_the_instant_the_time_is_over_it_is_approved_or_expired(cast, now):
    for request in rounds(cast, at=now):
        over = request.respond_by
        outcomes = at_once(
            partial(approve, request, by=cast.carol, at=over - TICK),
            partial(services.expire_due_requests, at=over),
            partial(services.expire_due_requests, at=over),
        )
        status = fresh(request).status
        approved = not refused(outcomes, NotAllowedNow)

        assert (status, len(grants_of(request))) == (("approved", 1) if approved else ("expired", 0))
        assert events(request) == ["request.submitted", f"request.{status}"]
        assert len(told("lapsed", request)) == (0 if approved else 3)


@services_needed
@pytest.mark.trust("R5")
def test_of_yes_and_a_change_of_the_question_exactly_one_wins(cast, now):
    for request in rounds(cast, at=now):
        edit = partial(
            services.edit_request,
            request=request,
            seen=request.as_seen(),
            by=cast.pat,
            permissions=["view_orders", "view_invoices", "view_usage"],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=timedelta(days=30)),
            reason="More.",
            at=now,
        )
        outcomes = at_once(partial(approve, request, by=cast.carol, at=now), edit)

        assert len(refused(outcomes, NotAllowedNow)) == 1
        for grant in grants_of(request):
            assert authorization.granted(grant) == ["view_invoices"]
            assert grant.request_digest == request.digest


@services_needed
@pytest.mark.trust("R6", "B1")
@pytest.mark.parametrize("other", ["end", "shorten", "change to no", "sweep"])
def test_ending_twice_at_once_is_one_end(cast, now, other):
    for request in rounds(cast, at=now):
        grant = approve(request, by=cast.carol, at=now)
        at = now + timedelta(hours=1)
        second = {
            "end": partial(services.end_access, grant=grant, by=cast.adam, at=at),
            "shorten": partial(
                services.shrink_access,
                grant=grant,
                by=cast.adam,
                ends_at=now + timedelta(days=1),
                permissions=["view_invoices"],
                may_delegate=False,
                at=at,
            ),
            "change to no": partial(deny, fresh(request), by=cast.carol, at=at),
            "sweep": partial(services.end_due_grants, at=grant.ends_at),
        }[other]
        refused(at_once(partial(services.end_access, grant=grant, by=cast.carol, at=at), second), NotAllowedNow)
        grant.refresh_from_db()

        assert grant.ended_at is not None
        assert events(grant).count("grant.ended") == 1
        assert len(told("ended", grant)) in ({0, 3} if other == "change to no" else {3})


@services_needed
@pytest.mark.trust("I12", "C2")
def test_of_yes_and_the_person_leaving_no_access_remains(cast, now):
    for request in rounds(cast, at=now):
        here = member(cast.petra, cast.bolt)
        outcomes = at_once(
            partial(approve, request, by=cast.carol, at=now),
            partial(end_membership, membership=here, by=cast.pat, at=now),
        )
        refused(outcomes, (NotAllowedNow, PermissionDenied))

        assert authorization.held(cast.petra, cast.acme, at=now) == set()
        assert not Grant.objects.unended(now).filter(grantee=cast.petra).exists()
        assert (fresh(request).status, len(grants_of(request))) in {("approved", 1), ("cancelled", 0)}
        add_member(account=cast.bolt, user=cast.petra, role="member", by=cast.pat, at=now)


@services_needed
@pytest.mark.trust("R1", "D1")
def test_asking_twice_at_once_is_one_question(cast, now):
    outcomes = at_once(*[partial(ask, cast, at=now)] * 5)

    assert len(refused(outcomes, NotAllowedNow)) == 4
    assert AccessRequest.objects.filter(beneficiary=cast.petra).count() == 1


@services_needed
@pytest.mark.trust("B1", "B2", "R4")
def test_ten_sweeps_at_once_write_and_tell_once(cast, now):
    grants = [approve(request, by=cast.carol, at=now) for request in rounds(cast, at=now)]
    waiting = ask(cast, for_=cast.pat, at=now)
    outcomes = at_once(*[partial(services.sweep, at=waiting.respond_by)] * 10)

    assert refused(outcomes, ()) == []
    assert events(waiting) == ["request.submitted", "request.expired"]
    for grant in grants:
        assert events(grant) == ["grant.opened", "grant.ended"]
        assert len(told("ended", grant)) == 3


@pytest.mark.trust("R8")
def test_eight_who_write_at_once_all_get_through(several_deciders, now):
    """On SQLite as shipped, too: nobody is told that the database is locked."""
    cast = several_deciders
    waiting = [ask(cast, case_number=f"C-{number}", at=now) for number in range(8)]

    def answer(number):
        by = (cast.carol, cast.adam)[number % 2]
        grant = approve(waiting[number], by=by, at=now)
        ask(cast, for_=cast.pat, case_number=f"D-{number}", at=now)
        services.end_access(grant=grant, by=by, at=now + timedelta(minutes=1))

    outcomes = at_once(*[partial(answer, number) for number in range(8)])

    assert outcomes == [None] * 8
    assert AccessRequest.objects.filter(case_number__startswith="D-").count() == 8
    assert Grant.objects.filter(grantee=cast.petra, end_reason="ended").count() == 8


@services_needed
@pytest.mark.trust("B6", "L1", "I8")
def test_a_connection_cut_at_any_statement_of_an_approval_leaves_all_or_nothing(cast, now, monkeypatch):
    request = ask(cast, by=cast.quinn, for_=cast.quinn, at=now)
    before = _written(request)
    cut_at = 0
    while fresh(request).status == "pending":
        cut_at += 1
        try:
            with _cut(cut_at, monkeypatch):
                approve(request, by=cast.carol, at=now)
        except (OperationalError, psycopg.OperationalError):
            connection.close()
            assert _written(request) == before

    after = _written(request)
    assert cut_at > 15
    assert [new - old for new, old in zip(after[2:], before[2:], strict=True)] == [1, 3, 4, 4]
    assert after[:2] == ("approved", "linked")


def _written(request):
    """This will give status, link, and the numbers of grants, trail lines, mails and notices."""
    between = Partnership.objects.get(partner=request.company, customer=request.account)
    counts = (table.objects.count() for table in (Grant, TrailLine, Mail, Notice))
    return fresh(request).status, str(between.state), *counts


def _cut(number, monkeypatch):
    """This will cut this thread's connection just before its statement of that number; the commit comes last."""
    connection.ensure_connection()
    server, process = connection.settings_dict, connection.connection.info.backend_pid
    left, ending = number, ExitStack()

    def cut():
        nonlocal left
        left -= 1
        if left == 0:
            with psycopg.connect(
                host=server["HOST"],
                port=server["PORT"],
                user=server["USER"],
                password=server["PASSWORD"],
                dbname=server["NAME"],
                autocommit=True,
            ) as other:
                other.execute("SELECT pg_terminate_backend(%s, 60000)", [process])

    def before_statement(execute, *statement):
        cut()
        return execute(*statement)

    commit = connection._commit

    def before_commit():
        cut()
        commit()

    patch = ending.enter_context(monkeypatch.context())
    patch.setattr(connection, "_commit", before_commit)
    ending.enter_context(connection.execute_wrapper(before_statement))
    return ending

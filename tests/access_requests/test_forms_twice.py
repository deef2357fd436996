"""The same form sent several times at the same moment: it is done once, and nobody gets a failure of ours."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services
from access_requests.models import AccessRequest
from accounts import services as accounts
from accounts.models import Grant, Invitation
from accounts.permissions import Role
from audit.models import TrailLine
from audit.verification import verify
from frame import clock
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from tests.access_requests.racing import at_once, deadlocks, refused, sent_at_once
from tests.cast import approve, ask, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.trust("R1", "R8")]
services_needed = pytest.mark.services
TERMS = {"permissions": ["view_invoices"], "length": "86400", "reason": "The yearly check."}


def clicks(browser, path, sent, *, times=4):
    """This will send the same form so many times at once from one browser, and give the sorted answers."""
    return sorted(answer.status_code for answer in sent_at_once(browser, path, sent, times=times))


def once(answers, *, lost=(409,)):
    """Whether one of the answers is a yes, and each of the others a refusal one can read."""
    return answers[0] == 302 and answers.count(302) == 1 and set(answers[1:]) <= set(lost)


@services_needed
class TestSentTwice:
    def test_asking_adding_and_giving(self, cast, signed_in):
        now, pat, carol = clock.now(), signed_in(cast.pat), signed_in(cast.carol)
        requests = AccessRequest.objects.filter(asker=cast.pat, submitted_at__gte=now)
        petra, dora, owner = (member(one, cast.bolt).pk for one in (cast.petra, cast.dora, cast.pat))

        assert once(clicks(pat, f"/contacts/ask/654321/{owner}/", TERMS))
        assert once(clicks(pat, "/contacts/ask/654321/", TERMS | {"person": [petra, dora]}))
        assert requests.count() == 3

        assert once(clicks(signed_in(cast.piotr), f"/contacts/add/654321/{petra}/", TERMS))
        lent = Grant.objects.get(grantee=cast.petra)
        services.end_access(grant=lent.parent, by=cast.carol, at=clock.now())
        assert once(clicks(carol, f"/access/{lent.public_id}/restore/", {}), lost=(404, 409))
        assert Grant.objects.unended(now).filter(grantee=cast.petra).count() == 1

        linked = Mail.objects.filter(event="linked").count()
        sent = TERMS | {"partner": "700226", "email": cast.quinn.email}
        assert once(clicks(carol, "/accounts/654321/partners/give/", sent))
        assert Grant.objects.filter(grantee=cast.quinn).count() == 1
        assert Mail.objects.filter(event="linked").count() == linked + 2
        assert verify() == []

    def test_people_and_links(self, cast, granted, signed_in):
        carol, people = signed_in(cast.carol), "/accounts/654321/contacts/"
        mike, adam, petra = (member(*one).pk for one in self._places(cast))

        invited = {"first_name": "New", "email": "new@acme.example", "role": "member"}
        assert once(clicks(carol, f"{people}invite/", invited))
        assert Invitation.objects.count() == 1
        assert once(clicks(carol, f"{people}{mike}/role/", {"role": "administrator"}))
        assert Mail.objects.filter(event="changed", recipient=cast.mike).count() == 1
        assert once(clicks(signed_in(cast.pat), f"/accounts/700118/contacts/{petra}/end/", {}), lost=(404, 409))
        assert self._lines("membership.ended", "grant.ended") == 2
        assert once(clicks(carol, "/accounts/654321/partners/700118/unlink/", {}), lost=(404, 409))
        assert self._lines("partnership.ended") == 1
        assert Mail.objects.filter(event="unlinked").count() == 2
        assert once(clicks(carol, f"{people}{adam}/successor/", {}), lost=(403, 409))
        assert self._lines("membership.succeeded") == 1
        assert verify() == []

    @staticmethod
    def _places(cast):
        return (cast.mike, cast.acme), (cast.adam, cast.acme), (cast.petra, cast.bolt)

    @staticmethod
    def _lines(*events):
        return TrailLine.objects.filter(event__in=events).count()


@services_needed
class TestCrossing:
    def test_losing_the_role_and_deciding(self, several_deciders, now):
        cast = several_deciders
        asked = ask(cast, at=now)
        approved, changed = at_once(
            lambda: approve(asked, by=cast.adam, at=now),
            lambda: accounts.change_role(
                membership=member(cast.adam, cast.acme), role=Role.MEMBER, by=cast.carol, at=now
            ),
        )

        assert changed is None
        lines = TrailLine.objects.filter(chain="654321", event__in=["request.approved", "membership.changed"])
        last = list(lines.order_by("sequence").values_list("event", flat=True))[-1]
        assert last == "membership.changed"
        assert isinstance(approved, PermissionDenied) == (not Grant.objects.filter(grantee=cast.petra).exists())
        assert verify() == []

    def test_two_appointers_never_undo_what_only_the_other_may(self, cast, now):
        mike = [member(cast.mike, cast.acme) for _each in range(2)]
        at_once(
            lambda: accounts.change_role(membership=mike[0], role=Role.ADMINISTRATOR, by=cast.carol, at=now),
            lambda: accounts.change_role(membership=mike[1], role=Role.ACCESS_ADMINISTRATOR, by=cast.adam, at=now),
        )

        assert member(cast.mike, cast.acme).role == Role.ADMINISTRATOR

    def test_people_who_leave_with_requests_at_the_same_customers(self, cast, now):
        before = deadlocks()
        globex = Partnership.objects.get(partner=cast.bolt, customer=cast.globex)
        for round_ in range(4):
            at = now + timedelta(minutes=round_)
            for person in (cast.petra, cast.dora):
                approve(ask(cast, for_=person, at=at), by=cast.carol, at=at)
                ask(cast, for_=person, account=globex.customer, at=at)
            ask(cast, for_=cast.pat, at=at)
            waiting = AccessRequest.objects.get(status="pending", account=cast.acme)
            refused(
                at_once(
                    lambda at=at: accounts.end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=at),
                    lambda at=at: accounts.end_membership(membership=member(cast.dora, cast.bolt), by=cast.dora, at=at),
                    lambda at=at, waiting=waiting: approve(waiting, by=cast.carol, at=at),
                    lambda at=at: services.sweep(at=at),
                ),
                NotAllowedNow,
            )
            assert not Grant.objects.unended(at).filter(grantee__in=[cast.petra, cast.dora]).exists()
            assert not AccessRequest.objects.waiting(at).filter(beneficiary__in=[cast.petra, cast.dora]).exists()
            for grant in Grant.objects.unended(at).filter(grantee=cast.pat):
                services.end_access(grant=grant, by=cast.pat, at=at)
            AccessRequest.objects.all().update(submitted_at=now - timedelta(days=2))
            for person in (cast.petra, cast.dora):
                accounts.add_member(account=cast.bolt, user=person, role=Role.MEMBER, by=cast.pat, at=at)

        assert deadlocks() == before
        assert verify() == []

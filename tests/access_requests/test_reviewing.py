"""Looking through who is in: what is due, each answer with what follows from it, and what a finished review proves."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import selectors, services
from access_requests.models import Review, ReviewLine
from access_requests.states import ReviewAnswer
from accounts import authorization
from accounts import services as accounts
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.access_requests.test_views_lists import grants_for
from tests.cast import INVOICES, approve, ask, ask_for_hour, events, grant_hour, member
from tests.crowd import many_people

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DUE = 45 * DAY
pytestmark = [pytest.mark.seed("S3-15")]


@pytest.fixture(autouse=True)
def halfway(cast, now):
    """Everybody came to the portal 45 days ago, to the microsecond."""
    Account.objects.update(opened_at=now - DUE)


@pytest.fixture
def piotrs(cast):
    """Piotr's access to Acme."""
    return Grant.objects.get(grantee=cast.piotr)


def asked():
    """This will give who was asked to look through which account, and how often: ``[(address, account), …]``."""
    return sorted(Mail.objects.filter(event="review_due").values_list("to", "account"))


def keep(cast, *people, by, at, grants=()):
    """This will keep these members of Acme, and this access."""
    members = [member(person, cast.acme) for person in people]
    return services.keep_in_review(account=cast.acme, grants=grants, memberships=members, by=by, at=at)


def keep_everybody(cast, *, by, at, after=None):
    """This will keep whoever is in at Acme."""
    return services.keep_in_review(
        account=cast.acme,
        grants=Grant.objects.unended(at).filter(account=cast.acme),
        memberships=Membership.objects.living().filter(account=cast.acme),
        after=after,
        by=by,
        at=at,
    )


def answers():
    """This will give what was said so far: ``{person: (answer, by)}``."""
    rows = ReviewLine.objects.select_related("grant__membership__user", "membership__user", "answered_by")
    return {str(row.person): (row.answer, str(row.answered_by)) for row in rows}


def noted(event):
    """This will give the lines of the trail of this event: ``[(by, subject, details), …]``."""
    return [(line.actor_name, line.subject, line.details) for line in TrailLine.objects.filter(event=event)]


class TestDue:
    def test_is_arithmetic_and_needs_no_job(self, cast, now):
        assert not selectors.reviews_waiting_for(cast.carol, at=now + DUE - SECOND).exists()
        assert [one.name for one in selectors.reviews_waiting_for(cast.carol, at=now + DUE)] == ["Acme"]
        assert not Review.objects.exists()

    def test_customers_are_asked_and_companies_that_ask_are_not(self, cast, now):
        services.sweep(at=now + DUE - SECOND)
        assert asked() == []

        services.sweep(at=now + DUE)

        assert asked() == [("carol@acme.example", "654321"), ("mallory@globex.example", "810432")]

    def test_the_stand_in_is_asked_too_and_nobody_else(self, cast, now):
        begin, end = now + DUE - DAY, now + DUE + DAY
        accounts.name_stand_in(
            membership=member(cast.connie, cast.acme), starts_at=begin, ends_at=end, by=cast.carol, at=now
        )

        services.ask_for_reviews(at=now + DUE)

        assert asked()[:2] == [("carol@acme.example", "654321"), ("connie@acme.example", "654321")]
        assert len(asked()) == 3

    def test_it_is_asked_again_until_it_is_done_and_a_late_job_asks_once(self, cast, now):
        first = now + DUE
        for at in (first, first, first + 7 * DAY - SECOND, first + 7 * DAY, first + 7 * DAY, first + 60 * DAY):
            services.ask_for_reviews(at=at)
        acme = Review.objects.get(account=cast.acme)
        assert (acme.times_reminded, acme.reminded_at, acme.due_at) == (3, first + 60 * DAY, first)
        assert asked().count(("carol@acme.example", "654321")) == 3

        keep_everybody(cast, by=cast.carol, at=first + 61 * DAY)
        services.ask_for_reviews(at=first + 80 * DAY)
        assert asked().count(("carol@acme.example", "654321")) == 3

        services.ask_for_reviews(at=first + (61 + 90) * DAY)
        assert asked().count(("carol@acme.example", "654321")) == 4

    def test_what_was_said_long_before_is_asked_anew_and_what_was_said_lately_stands(self, cast, now, piotrs):
        keep_everybody(cast, by=cast.carol, at=now)
        services.shorten_in_review(grant=piotrs, ends_at=piotrs.ends_at - DAY, by=cast.carol, at=now + DAY)
        services.end_in_review(membership=member(cast.mike, cast.acme), by=cast.carol, at=now + DAY)
        keep(cast, cast.connie, by=cast.carol, at=now + 80 * DAY)

        services.ask_for_reviews(at=now + 90 * DAY)
        under_way = ReviewLine.objects.filter(review__finished_at=None)
        assert {str(line.person) for line in under_way} == {"Mike", "Connie"}

        keep(cast, cast.adam, by=cast.carol, grants=[piotrs], at=now + 91 * DAY)
        services.ask_for_reviews(at=now + 91 * DAY + DUE)
        assert {str(line.person) for line in under_way.all()} == {"Mike", "Connie", "Adam", "Piotr"}

    def test_the_intervals_are_settings(self, cast, now, settings):
        settings.PORTAL_REVIEW_EVERY, settings.PORTAL_REVIEW_REMIND_EVERY = 60 * DAY, DAY

        for day in (14, 15, 16):
            services.ask_for_reviews(at=now + day * DAY)

        assert asked().count(("carol@acme.example", "654321")) == 2

    def test_a_closed_account_is_not_asked(self, cast, now):
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

        services.ask_for_reviews(at=now + DUE)

        assert asked() == [("mallory@globex.example", "810432")]

    @pytest.mark.trust("C1")
    def test_nobody_who_is_locked_out_is_asked(self, cast, now):
        accounts.deactivate_person(user=cast.carol, by=None, at=now)

        services.ask_for_reviews(at=now + DUE)

        assert asked() == [("mallory@globex.example", "810432")]
        assert not selectors.reviews_waiting_for(cast.carol, at=now + DUE).exists()

    def test_it_waits_for_whoever_sees_and_ends_access_and_for_nobody_else(self, cast, now):
        waits = {
            name: [one.name for one in selectors.reviews_waiting_for(user, at=now + DUE)]
            for name, user in cast.people.items()
        }

        assert waits == {name: [] for name in cast.people} | {
            **{name: ["Acme"] for name in ("carol", "adam", "ursula", "dora")},
            "mallory": ["Globex"],
        }

    def test_the_mail_says_who_is_in_until_when_and_what_they_did_last(self, cast, now, signed_in, piotrs):
        signed_in(cast.piotr).get("/accounts/654321/invoices/")

        services.ask_for_reviews(at=now + DUE)

        mail = Mail.objects.get(event="review_due", to="carol@acme.example")
        words = " ".join(mail.text.split())
        assert mail.subject == "Time to look through who has access to Acme"
        assert "Piotr, Bolt Partners Administrator: See orders" in words
        assert "Piotr opened the page: Invoices" in words
        assert "Mike Member, never signed in" in words
        assert "/accounts/654321/access/review/" in mail.text

    def test_the_mail_names_twenty_of_each_and_says_how_many_more(self, cast, now, piotrs):
        grants_for(many_people(cast.bolt, 30, at=now), like=piotrs)
        many_people(cast.acme, 30, at=now)

        services.ask_for_reviews(at=now + DUE)

        words = " ".join(Mail.objects.get(event="review_due", to="carol@acme.example").text.split())
        assert words.count(", Bolt Partners") == 20
        assert "And 11 more, on the page." in words
        assert "And 16 more, on the page." in words


class TestKeeping:
    def test_changes_nothing_but_that_it_was_said(self, cast, now, piotrs):
        before = (authorization.held(cast.piotr, cast.acme, at=now), piotrs.ends_at)

        assert keep(cast, cast.mike, by=cast.adam, grants=[piotrs], at=now) == (2, 0)

        piotrs.refresh_from_db()
        assert (authorization.held(cast.piotr, cast.acme, at=now), piotrs.ends_at) == before
        assert answers() == {"Piotr": ("keep", "Adam"), "Mike": ("keep", "Adam")}
        assert noted("review.begun") == [("Adam", "654321", {})]
        assert noted("review.answered") == [
            ("Adam", piotrs.public_id, {"answer": "keep", "person": "piotr@bolt.example"}),
            ("Adam", "mike@acme.example", {"answer": "keep", "person": "mike@acme.example"}),
        ]
        assert not Mail.objects.filter(event__startswith="review").exists()
        assert verify() == []

    def test_the_last_answer_finishes_it_and_the_primary_user_is_told(self, cast, now, piotrs):
        keep_everybody(cast, by=cast.ursula, at=now)

        review = Review.objects.get()
        assert (review.finished_at, review.finished_by) == (now, cast.ursula)
        assert noted("review.finished") == [("Ursula", "654321", {"keep": 7, "shorten": 0, "end": 0})]
        [mail] = Mail.objects.filter(event="review_finished")
        assert (mail.to, mail.subject) == ("carol@acme.example", "Ursula looked through who has access to Acme")

    def test_whoever_came_in_meanwhile_counts_too(self, cast, now, piotrs):
        keep(cast, cast.carol, cast.adam, cast.ursula, cast.connie, cast.mike, cast.dora, by=cast.carol, at=now)
        petras = approve(ask(cast, at=now), by=cast.carol, at=now)
        keep(cast, by=cast.carol, grants=[piotrs], at=now)
        review = Review.objects.get()
        assert (review.finished_at, selectors.left_in(cast.acme, review, at=now)) == (None, 1)

        with pytest.raises(NotAllowedNow, match="One is in of whom nothing was said yet"):
            services.finish_review(account=cast.acme, by=cast.carol, at=now)
        services.end_access(grant=petras, by=cast.adam, at=now)
        services.finish_review(account=cast.acme, by=cast.carol, at=now)

        review.refresh_from_db()
        assert review.finished_by == cast.carol

    def test_nobody_is_kept_twice_and_whoever_is_out_not_at_all(self, cast, now, piotrs):
        keep(cast, cast.mike, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Nothing was kept"):
            keep(cast, cast.mike, by=cast.adam, at=now)
        services.end_access(grant=piotrs, by=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="Nothing was kept"):
            keep(cast, by=cast.adam, grants=[piotrs], at=now)

        assert keep(cast, cast.mike, cast.connie, by=cast.adam, grants=[piotrs], at=now) == (1, 2)
        assert answers() == {"Mike": ("keep", "Carol"), "Connie": ("keep", "Adam")}

    def test_another_accounts_people_and_access_are_none_of_it(self, cast, now, piotrs):
        theirs = approve(ask(cast, at=now, account=cast.globex), by=cast.mallory, at=now)
        pats = member(cast.pat, cast.bolt)

        with pytest.raises(NotAllowedNow):
            services.keep_in_review(account=cast.acme, grants=[theirs], memberships=[pats], by=cast.carol, at=now)

        assert not Review.objects.exists()

    def test_what_was_finished_is_due_again_after_the_interval(self, cast, now):
        keep_everybody(cast, by=cast.carol, at=now + DUE)

        assert selectors.review_due_at(cast.acme, selectors.last_review(cast.acme)) == now + DUE + 90 * DAY
        assert not selectors.reviews_waiting_for(cast.carol, at=now + DUE + 90 * DAY - SECOND).exists()
        assert selectors.reviews_waiting_for(cast.carol, at=now + DUE + 90 * DAY).exists()

    @pytest.mark.trust("C2")
    @pytest.mark.parametrize("how", ["administrator", "contact", "switches", "stand-in", "primary", "replaced"])
    def test_a_member_who_is_something_else_now_is_asked_about_anew(self, cast, now, piotrs, how):
        mikes, later = member(cast.mike, cast.acme), now + SECOND
        keep(cast, cast.mike, cast.connie, by=cast.adam, grants=[piotrs], at=now)
        until = {"starts_at": now + DAY, "ends_at": now + 2 * DAY}
        if how == "administrator":
            accounts.change_role(membership=mikes, role="administrator", by=cast.carol, at=later)
        elif how == "contact":
            accounts.set_authorized_contact(membership=mikes, authorized_contact=True, by=cast.carol, at=later)
        elif how == "switches":
            accounts.set_member_rights(membership=mikes, permissions=[P.VIEW_INVOICES], by=cast.adam, at=later)
        elif how == "stand-in":
            accounts.name_stand_in(membership=mikes, by=cast.carol, at=later, **until)
        elif how == "primary":
            accounts.name_successor(account=cast.acme, successor=cast.mike, by=cast.carol, at=later)
        else:
            terms = {"account": cast.acme, "successor": cast.mike, "reason": "Carol is gone.", "by": cast.stan}
            begun = accounts.start_replacement(at=later - 3 * DAY, **terms)
            accounts.complete_replacement(replacement=begun, at=later)

        review = Review.objects.get()
        assert answers() == {"Piotr": ("keep", "Adam"), "Connie": ("keep", "Adam")}
        assert [one[1] for one in noted("review.answered")][-1] == "mike@acme.example"  # the trail keeps it
        keep(cast, cast.carol, cast.adam, cast.ursula, cast.dora, by=cast.adam, at=later)
        assert (selectors.left_in(cast.acme, review, at=later), Review.objects.get().finished_at) == (1, None)
        keep(cast, cast.mike, by=cast.adam, at=later)
        assert Review.objects.get().finished_at == later

    def test_what_was_said_in_a_finished_review_stays_said(self, cast, now, piotrs):
        keep_everybody(cast, by=cast.carol, at=now)
        accounts.change_role(
            membership=member(cast.mike, cast.acme), role="administrator", by=cast.carol, at=now + SECOND
        )

        assert answers()["Mike"] == ("keep", "Carol")

    def test_nobody_is_kept_as_more_than_was_read_of_them(self, cast, now):
        mikes, connies = member(cast.mike, cast.acme), member(cast.connie, cast.acme)
        read = {one.pk: selectors.digest_of(one) for one in (mikes, connies)}
        accounts.change_role(membership=mikes, role="administrator", by=cast.carol, at=now)
        about = {"account": cast.acme, "grants": [], "by": cast.adam, "at": now}

        assert services.keep_in_review(memberships=[mikes, connies], seen=read, **about) == (1, 1)
        with pytest.raises(NotAllowedNow, match="answered or changed meanwhile"):
            services.keep_in_review(memberships=[mikes], seen=read, **about)

        assert answers() == {"Connie": ("keep", "Adam")}

    @pytest.mark.trust("E5", "E7")
    def test_access_that_was_kept_cannot_become_more_than_it_was(self, cast, now, piotrs):
        petras = approve(ask(cast, at=now), by=cast.carol, at=now)
        keep(cast, by=cast.carol, grants=[petras], at=now)
        held, same = authorization.granted(petras), {"grant": petras, "by": cast.carol, "at": now}
        for more in (
            {"permissions": [*held, P.VIEW_ORDERS], "ends_at": petras.ends_at, "may_delegate": False},
            {"permissions": held, "ends_at": petras.ends_at + SECOND, "may_delegate": False},
            {"permissions": held, "ends_at": petras.ends_at, "may_delegate": True},
        ):
            with pytest.raises(NotAllowedNow, match="less, not more"):
                services.shrink_access(**same, **more)
        wider = approve(ask(cast, permissions=[P.VIEW_ORDERS], at=now), by=cast.carol, at=now)

        petras.refresh_from_db()
        assert authorization.granted(petras) == held
        assert answers() == {"Petra": ("keep", "Carol")}
        lines = {line.grant: line.said for line in selectors.WhoIsIn(cast.acme, Review.objects.get(), at=now)[0:3]}
        assert (lines[petras].answer, lines[wider]) == (
            "keep",
            None,
        )  # more is another access


class TestShortening:
    def test_ends_it_earlier_leaves_its_rights_and_tells_both_sides(self, cast, now, piotrs):
        until = now + 3 * DAY
        rights = authorization.held(cast.piotr, cast.acme, at=now)

        services.shorten_in_review(grant=piotrs, ends_at=until, by=cast.ursula, at=now)

        piotrs.refresh_from_db()
        assert (piotrs.ends_at, piotrs.administrator, piotrs.may_delegate) == (until, True, True)
        assert authorization.held(cast.piotr, cast.acme, at=until - SECOND) == rights
        assert authorization.held(cast.piotr, cast.acme, at=until) == set()
        assert answers() == {"Piotr": ("shorten", "Ursula")}
        assert events(piotrs)[-2:] == ["grant.shrunk", "review.answered"]
        told = Mail.objects.filter(event="reduced").order_by("to").values_list("to", flat=True)
        assert list(told) == ["carol@acme.example", "pat@bolt.example", "piotr@bolt.example"]

    def test_is_never_longer_and_nothing_is_said_then(self, cast, now, piotrs):
        for until in (piotrs.ends_at + SECOND, piotrs.ends_at, now):
            with pytest.raises(NotAllowedNow):
                services.shorten_in_review(grant=piotrs, ends_at=until, by=cast.carol, at=now)

        assert not Review.objects.exists()

    def test_takes_the_place_of_keeping(self, cast, now, piotrs):
        keep(cast, by=cast.adam, grants=[piotrs], at=now)

        services.shorten_in_review(grant=piotrs, ends_at=now + DAY, by=cast.carol, at=now + SECOND)

        assert answers() == {"Piotr": ("shorten", "Carol")}


class TestEnding:
    def test_ends_access_with_what_hangs_under_it_and_tells_everybody(self, cast, now, piotrs):
        services.add_colleague(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            by=cast.piotr,
            permissions=[INVOICES],
            administrator=False,
            reason="Holidays",
            at=now,
        )

        services.end_in_review(grant=piotrs, by=cast.carol, at=now)

        assert authorization.held(cast.piotr, cast.acme, at=now) == set()
        assert authorization.held(cast.petra, cast.acme, at=now) == set()
        assert answers() == {"Piotr": ("end", "Carol")}
        assert events(piotrs)[-2:] == ["grant.ended", "review.answered"]
        assert Mail.objects.filter(event="ended_together", to="piotr@bolt.example").exists()
        assert Mail.objects.filter(event="ended", to="petra@bolt.example").exists()

    def test_ends_a_membership_by_the_rules_of_appointment(self, cast, now):
        mikes, adams = member(cast.mike, cast.acme), member(cast.adam, cast.acme)

        services.end_in_review(membership=mikes, by=cast.ursula, at=now)
        with pytest.raises(PermissionDenied):
            services.end_in_review(membership=adams, by=cast.ursula, at=now)

        assert not Membership.objects.living().filter(pk=mikes.pk).exists()
        assert authorization.held(cast.mike, cast.acme, at=now) == set()
        assert Membership.objects.living().filter(pk=adams.pk).exists()
        assert answers() == {"Mike": ("end", "Ursula")}
        assert Mail.objects.filter(event="over", to="mike@acme.example").exists()

    @pytest.mark.trust("A9")
    def test_of_two_accounts_it_is_said_in_the_one_it_is_about(self, cast, now):
        theirs = approve(ask(cast, at=now, account=cast.globex), by=cast.mallory, at=now)

        services.end_in_review(grant=theirs, by=cast.mallory, at=now)
        with pytest.raises(PermissionDenied):
            services.end_in_review(membership=member(cast.mike, cast.acme), by=cast.mallory, at=now)

        assert {line.review.account for line in ReviewLine.objects.all()} == {cast.globex}

    def test_nobody_ends_themself_nor_the_primary_user(self, cast, now):
        for by, membership in (
            (cast.carol, member(cast.carol, cast.acme)),
            (cast.adam, member(cast.adam, cast.acme)),
            (cast.adam, member(cast.carol, cast.acme)),
        ):
            with pytest.raises(NotAllowedNow, match=r"own membership|successor"):
                services.end_in_review(membership=membership, by=by, at=now)

        assert not Review.objects.exists()
        assert Membership.objects.living().filter(account=cast.acme).count() == 6

    def test_what_has_ended_already_is_refused_and_stands_as_it_was(self, cast, now, piotrs):
        services.end_in_review(grant=piotrs, by=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="ended already"):
            services.end_in_review(grant=piotrs, by=cast.carol, at=now)

        assert answers() == {"Piotr": ("end", "Adam")}

    def test_an_hour_and_what_support_holds_stand_among_them_and_end_like_the_rest(self, cast, now):
        hour = grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        assert "Tess" in [str(line.person) for line in selectors.WhoIsIn(cast.acme, None, at=now)[0:50]]

        services.end_in_review(grant=hour, by=cast.adam, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set()
        assert Mail.objects.filter(event="hour_ended", to="tess@latchkey.example").exists()


@pytest.mark.trust("A1", "A2")
class TestWhoAnswers:
    @pytest.mark.parametrize("who", ["mallory", "pat", "piotr", "tess", "root", "greta", "mike", "connie"])
    def test_nobody_but_those_who_see_and_end_access(self, cast, now, piotrs, who):
        by = getattr(cast, who)
        for act in (
            lambda: keep_everybody(cast, by=by, at=now),
            lambda: services.shorten_in_review(grant=piotrs, ends_at=now + DAY, by=by, at=now),
            lambda: services.end_in_review(grant=piotrs, by=by, at=now),
            lambda: services.end_in_review(membership=member(cast.mike, cast.acme), by=by, at=now),
            lambda: services.finish_review(account=cast.acme, by=by, at=now),
        ):
            with pytest.raises(PermissionDenied):
                act()

        assert not Review.objects.exists()
        assert Membership.objects.living().filter(account=cast.acme).count() == 6

    def test_a_stand_in_does_while_named(self, cast, now, piotrs):
        accounts.name_stand_in(
            membership=member(cast.mike, cast.acme), starts_at=now, ends_at=now + DAY, by=cast.carol, at=now
        )

        keep(cast, by=cast.mike, grants=[piotrs], at=now)
        with pytest.raises(PermissionDenied):
            keep(cast, cast.connie, by=cast.mike, at=now + DAY)

        assert answers() == {"Piotr": ("keep", "Mike")}

    def test_partners_and_the_vendor_look_after_their_own(self, cast, now):
        with pytest.raises(NotAllowedNow, match="Only customers"):
            services.finish_review(account=cast.bolt, by=cast.pat, at=now)

    def test_what_the_page_offers_is_what_the_service_lets_through(self, cast, now):
        accounts.name_stand_in(
            membership=member(cast.mike, cast.acme), starts_at=now, ends_at=now + DAY, by=cast.carol, at=now
        )
        rows = list(Membership.objects.filter(account=cast.acme).select_related("user", "account"))
        for by in (cast.carol, cast.adam, cast.dora, cast.ursula, cast.mike, cast.connie, cast.mallory):
            assert accounts.endable(account=cast.acme, memberships=rows, by=by, at=now) == {
                row.pk for row in rows if row.user != by and row.role != "primary" and lets(by, row, at=now)
            }


def lets(by, membership, *, at):
    try:
        accounts.require_ender(by, membership, at=at)
    except PermissionDenied:
        return False
    return True


class TestLines:
    def test_name_what_the_access_was_last_used_for_and_for_which_case(self, cast, now, signed_in, piotrs):
        signed_in(cast.piotr).get("/accounts/654321/invoices/")
        Grant.objects.filter(pk=piotrs.pk).update(case_number="04418")

        [line] = selectors.WhoIsIn(cast.acme, None, at=now + SECOND)[0:1]

        assert (line.deed.words, line.case) == ("Piotr opened the page: Invoices", "04418")
        assert line.key == f"access-{piotrs.public_id}"

    def test_take_as_many_queries_for_three_hundred_as_for_three(self, cast, now, piotrs):
        counts = []
        for more in (3, 297):
            grants_for(many_people(cast.bolt, more, at=now), like=piotrs)
            many_people(cast.acme, more, at=now)
            keep_everybody(cast, by=cast.carol, at=now)
            Review.objects.update(finished_at=None, finished_by=None)
            with CaptureQueriesContext(connection) as queries:
                who = selectors.WhoIsIn(cast.acme, Review.objects.get(), at=now)
                assert [bool(line.said) for line in who[0:50]] == [True] * min(50, len(who))
                assert [bool(line.said) for line in who[len(who) - 2 : len(who)]] == [True, True]
            counts.append(len(queries))

        assert counts[1] <= counts[0] <= 12  # a page full of access has no member on it

    def test_go_on_naming_whoever_was_answered_and_only_those(self, cast, now, piotrs):
        services.end_in_review(grant=piotrs, by=cast.carol, at=now)
        services.end_in_review(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)
        accounts.end_membership(membership=member(cast.connie, cast.acme), by=cast.carol, at=now)

        who = selectors.WhoIsIn(cast.acme, Review.objects.get(), at=now)
        lines = {str(line.person): (line.still_in, line.said and line.said.answer) for line in who[0 : len(who)]}

        assert lines == {
            "Piotr": (False, ReviewAnswer.END),
            "Mike": (False, ReviewAnswer.END),
            **dict.fromkeys(("Adam", "Carol", "Dora", "Ursula"), (True, None)),
        }

    @pytest.mark.trust("C1")
    def test_show_members_who_are_locked_out_and_they_can_be_ended(self, cast, now):
        accounts.deactivate_person(user=cast.mike, by=None, at=now)
        who = selectors.WhoIsIn(cast.acme, None, at=now)
        assert "Mike" in [str(line.person) for line in who[0:50]]

        services.end_in_review(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)

        assert answers() == {"Mike": ("end", "Carol")}


def test_the_finished_review_stands_for_good_with_each_answer(cast, now, piotrs):
    services.shorten_in_review(grant=piotrs, ends_at=now + DAY, by=cast.adam, at=now)
    services.end_in_review(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)
    keep_everybody(cast, by=cast.carol, at=now)

    review = Review.objects.get()
    [counted] = selectors.with_counts(selectors.finished_reviews(cast.acme))
    assert (counted.keep_count, counted.shorten_count, counted.end_count) == (5, 1, 1)
    assert {str(line.person): line.answer for line in selectors.lines_of(review, cast.carol, at=now)} == {
        "Piotr": "shorten",
        "Mike": "end",
        **dict.fromkeys(("Carol", "Adam", "Ursula", "Connie", "Dora"), "keep"),
    }
    assert not selectors.lines_of(review, cast.mallory, at=now).exists()
    assert P.END_ACCESS in authorization.held(cast.adam, cast.acme, at=now)

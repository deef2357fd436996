"""The people of an account: who sees whom, who changes what, what goes when somebody goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests import services as requests
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts import authorization, services
from accounts.models import Grant, Membership, MembershipRight, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import EndReason
from audit.models import TrailLine
from frame import clock
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from riders.services import open_case
from tests.accounts.proposals import lend_for_case, propose
from tests.cast import INVOICES, WEEK, approve, ask, fresh, member
from tests.riders.approval_story import ask_to_enter

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CONTACTS = "/accounts/654321/contacts/"


def page_of(person, account, step=""):
    """The address of somebody's page, or of a step on it."""
    return f"/accounts/{account.number}/contacts/{member(person, account).pk}/{step}"


def words(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").find("main").get_text(" ").split())


def told(event):
    """The addresses, without their domain, to whom this mail went."""
    return sorted(mail.to.partition("@")[0] for mail in Mail.objects.filter(event=event))


def mails_to(person):
    """Every mail that went to somebody, by its event, one for each copy."""
    return list(Mail.objects.filter(recipient=person).values_list("event", flat=True))


class TestContacts:
    @pytest.mark.trust("A2", "A3")
    def test_open_for_who_holds_the_right_and_for_nobody_else(self, cast, signed_in):
        answers = {
            who: signed_in(getattr(cast, who)).get(CONTACTS).status_code
            for who in ("carol", "adam", "ursula", "dora", "piotr", "mike", "connie", "pat", "petra", "tess", "mallory")
        }

        assert answers == {
            **dict.fromkeys(("carol", "adam", "ursula", "dora", "piotr"), 200),
            **dict.fromkeys(("mike", "connie"), 403),
            **dict.fromkeys(("pat", "petra", "tess", "mallory"), 404),
        }

    @pytest.mark.trust("L4")
    def test_from_outside_names_addresses_and_roles_alone_and_each_look_leaves_a_line(self, cast, now, signed_in):
        grant = approve(ask(cast, permissions=[P.VIEW_CONTACTS], at=now), by=cast.carol, at=now)
        Membership.objects.filter(user=cast.mike).update(stands_in_from=now, stands_in_until=now + WEEK)
        answer = signed_in(cast.petra).get(CONTACTS)

        table = BeautifulSoup(answer.content, "html.parser").find("main").table
        heads = [head.get_text() for head in table.thead.find_all("th")]
        assert heads == ["Name", "E-mail", "Role"]
        assert "Mike mike@acme.example Member" in " ".join(table.get_text(" ").split())
        for secret in ("Authorized contact", "Stands in", "Invite", "Joined"):
            assert secret not in words(answer)
        (line,) = TrailLine.objects.filter(event="account.viewed", actor=cast.petra.email)
        assert (line.details["page"], line.grants) == ("contacts", [grant.public_id])

    def test_somebody_from_outside_opens_no_page_of_a_person(self, cast, signed_in):
        piotr = signed_in(cast.piotr)

        for step in ("", "role/", "rights/", "contact/", "end/", "stand-in/", "stand-in/end/", "successor/"):
            assert piotr.post(page_of(cast.mike, cast.acme, step)).status_code in {404, 405}
        assert piotr.get(page_of(cast.mike, cast.acme)).status_code == 404

    def test_what_was_not_shown_leaves_no_line_of_a_look(self, cast, now, signed_in):
        approve(ask(cast, permissions=[P.VIEW_CONTACTS], at=now), by=cast.carol, at=now)

        assert signed_in(cast.petra).get(page_of(cast.mike, cast.acme)).status_code == 404
        assert not TrailLine.objects.filter(event="account.viewed").exists()

    def test_are_searched_and_paged(self, cast, signed_in):
        carol = signed_in(cast.carol)

        assert "Mike" not in words(carol.get(f"{CONTACTS}?search=carol"))
        assert "Nobody of that name" in words(carol.get(f"{CONTACTS}?search=mallory"))
        assert "1 to 5 of 6" in words(carol.get(f"{CONTACTS}?size=5"))
        assert carol.get(f"{CONTACTS}?page=9").status_code == 404

    def test_take_the_same_number_of_queries_for_few_and_for_many(self, cast, now, signed_in):
        carol = signed_in(cast.carol)

        def count():
            with CaptureQueriesContext(connection) as queries:
                carol.get(f"{CONTACTS}?size=50")
            return len(queries)

        def add(number):
            invited = {"account": cast.acme, "by": cast.carol, "at": now, "authorized_contact": False}
            services.invite(
                **invited,
                email=f"n{number}@acme.example",
                first_name="N",
                last_name="",
                role=Role.MEMBER,
                permissions=[INVOICES],
            )
            user = User.objects.create_user(f"m{number}@acme.example", first_name=f"M{number}")
            services.add_member(account=cast.acme, user=user, role=Role.MEMBER, by=None, at=now)

        add(0)
        carol.get(CONTACTS)
        few = count()
        for number in range(1, 8):
            add(number)
        assert count() == few

    @pytest.mark.trust("C1")
    def test_somebody_locked_out_keeps_their_name_inside_and_is_not_shown_outside(self, cast, signed_in, now):
        services.deactivate_person(user=cast.mike, by=None, at=now)
        carol = signed_in(cast.carol)

        assert "Mike Locked out mike@acme.example" in words(carol.get(CONTACTS))
        assert "Locked out" in words(carol.get(page_of(cast.mike, cast.acme)))
        assert "Mike" not in words(signed_in(cast.piotr).get(CONTACTS))

    @pytest.mark.seed("S2-7")
    def test_stand_in_the_navigation_of_who_may_see_them(self, cast, signed_in):
        def place(who):
            soup = BeautifulSoup(signed_in(getattr(cast, who)).get("/").content, "html.parser")
            links = {link.get_text().strip(): link["href"] for link in soup.find("nav", class_="nav").find_all("a")}
            return links.get("Contacts")

        assert {who: place(who) for who in ("carol", "mike", "pat", "piotr", "petra", "mallory")} == {
            "carol": CONTACTS,
            "mike": None,
            "pat": "/contacts/",
            "piotr": "/contacts/",
            "petra": None,
            "mallory": "/accounts/810432/contacts/",
        }

    def test_a_partner_admin_is_led_from_my_contacts_to_managing_them(self, cast, signed_in):
        pat = signed_in(cast.pat)

        assert f"/accounts/{cast.bolt.number}/contacts/" in pat.get("/contacts/").content.decode()
        assert "Manage your people" in words(pat.get("/contacts/"))
        assert "Manage your people" not in words(signed_in(cast.piotr).get("/contacts/"))
        assert pat.get(f"/accounts/{cast.bolt.number}/contacts/").status_code == 200


class TestPerson:
    def test_a_plain_member_sees_their_own_page_and_leaves_by_it(self, cast, signed_in):
        mike = signed_in(cast.mike)

        assert mike.get(page_of(cast.carol, cast.acme)).status_code == 404
        assert "Leave the account" in words(mike.get(page_of(cast.mike, cast.acme)))
        mine = page_of(cast.mike, cast.acme, "end/")
        assert "Leave the account of Acme now?" in words(mike.get(mine))
        assert mike.post(mine).status_code == 302
        assert Membership.objects.get(user=cast.mike).ended_by == cast.mike

    @pytest.mark.parametrize(
        ("who", "buttons"),
        [
            ("carol", {"Change the role", "Save the rights", "Make an authorized contact", "Name as stand-in"}),
            ("adam", {"Change the role", "Save the rights"}),
            ("ursula", {"Save the rights"}),
        ],
    )
    def test_shows_what_the_reader_may_change(self, cast, signed_in, who, buttons):
        shown = words(signed_in(getattr(cast, who)).get(page_of(cast.mike, cast.acme)))

        every = {"Change the role", "Save the rights", "Make an authorized contact", "Name as stand-in"}
        assert {button for button in every if button in shown} == buttons
        assert "End the membership" in shown

    def test_each_button_does_what_it_says(self, cast, signed_in):
        carol, mike = signed_in(cast.carol), member(cast.mike, cast.acme)
        carol.post(page_of(cast.mike, cast.acme, "rights/"), {"permissions": ["view_usage"]})
        assert authorization.held(cast.mike, cast.acme, at=clock.now()) == {P.VIEW_USAGE}
        carol.post(page_of(cast.mike, cast.acme, "contact/"), {"authorized_contact": "on"})
        carol.post(page_of(cast.mike, cast.acme, "role/"), {"role": "administrator"})
        mike.refresh_from_db()

        assert (mike.role, mike.authorized_contact) == (Role.ADMINISTRATOR, True)
        assert told("changed") == ["adam", "carol", "dora", "mike", "mike", "mike"]

    @pytest.mark.parametrize("who", ["mike", "connie", "ursula", "adam", "piotr", "mallory"])
    def test_what_the_primary_user_alone_does_is_refused_to_everybody_else(self, cast, signed_in, who):
        browser, before = signed_in(getattr(cast, who)), list(Membership.objects.values())
        far = {"starts_at": "", "ends_at": "2099-01-01T10:00"}
        for step, data in (
            ("contact/", {"authorized_contact": "on"}),
            ("role/", {"role": "administrator"}),
            ("stand-in/", far),
            ("successor/", {}),
        ):
            assert browser.post(page_of(cast.ursula, cast.acme, step), data).status_code in {403, 404, 409}, step
        assert list(Membership.objects.values()) == before

    def test_a_role_or_right_no_page_offers_does_not_exist(self, cast, signed_in):
        carol = signed_in(cast.carol)

        assert carol.post(page_of(cast.mike, cast.acme, "role/"), {"role": "primary"}).status_code == 404
        wrong = {"permissions": ["decide_access"]}
        assert carol.post(page_of(cast.mike, cast.acme, "rights/"), wrong).status_code == 404
        assert carol.get(f"{CONTACTS}{2**70}/").status_code == 404
        assert carol.get(f"{CONTACTS}{member(cast.pat, cast.bolt).pk}/").status_code == 404

    @pytest.mark.parametrize("step", ["role/", "stand-in/", "successor/"])
    def test_passing_on_the_power_to_decide_asks_for_a_fresh_second_factor(self, cast, signed_in, settings, step):
        settings.PORTAL_REAUTH_WITHIN = timedelta(seconds=0)
        carol = signed_in(cast.carol)
        data = {"role": "administrator", "ends_at": "2099-01-01T10:00"}

        answer = carol.post(page_of(cast.mike, cast.acme, step), data)
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
        assert member(cast.mike, cast.acme).role == Role.MEMBER
        assert carol.post(page_of(cast.mike, cast.acme, "end/")).status_code == 302
        assert not Membership.objects.living().filter(user=cast.mike).exists()

    def test_who_was_made_administrator_meanwhile_is_out_of_an_administrators_reach(self, cast, now):
        read = member(cast.mike, cast.acme)
        services.change_role(membership=member(cast.mike, cast.acme), role=Role.ADMINISTRATOR, by=cast.carol, at=now)

        with pytest.raises(PermissionDenied):
            services.change_role(membership=read, role=Role.ACCESS_ADMINISTRATOR, by=cast.adam, at=now)
        assert member(cast.mike, cast.acme).role == Role.ADMINISTRATOR

    def test_own_switches_go_with_the_role_and_do_not_come_back(self, cast, now):
        mike = member(cast.mike, cast.acme)
        services.set_member_rights(membership=mike, permissions=[P.VIEW_USAGE], by=cast.carol, at=now)
        for role in (Role.ACCESS_ADMINISTRATOR, Role.MEMBER):
            services.change_role(membership=mike, role=role, by=cast.carol, at=now + DAY)

        assert not MembershipRight.objects.filter(membership=mike).exists()
        assert authorization.held(cast.mike, cast.acme, at=now + DAY) == set()

    def test_the_primary_user_alone_unmakes_authorized_contacts(self, cast, now):
        connie = member(cast.connie, cast.acme)
        for who in (cast.adam, cast.ursula, cast.mallory):
            with pytest.raises(PermissionDenied):
                services.end_membership(membership=connie, by=who, at=now)
            with pytest.raises(PermissionDenied):
                services.set_authorized_contact(membership=connie, authorized_contact=False, by=who, at=now)

        services.set_authorized_contact(membership=connie, authorized_contact=False, by=cast.carol, at=now)
        services.end_membership(membership=connie, by=cast.ursula, at=now)
        assert not Membership.objects.living().filter(user=cast.connie).exists()


class TestSuccessor:
    def test_is_named_on_a_page_that_says_what_follows_and_told(self, cast, signed_in):
        carol, path = signed_in(cast.carol), page_of(cast.ursula, cast.acme, "successor/")

        assert "You become an administrator" in words(carol.get(path))
        assert member(cast.carol, cast.acme).role == Role.PRIMARY
        carol.post(path)
        roles = {who: member(getattr(cast, who), cast.acme).role for who in ("carol", "ursula")}
        assert roles == {"carol": Role.ADMINISTRATOR, "ursula": Role.PRIMARY}
        assert told("succeeded") == ["adam", "carol", "dora", "ursula"]
        assert carol.get(page_of(cast.adam, cast.acme, "successor/")).status_code == 404


class TestStandIn:
    def name(self, cast, at, *, who=None, starts=None, ends=None, by=None):
        services.name_stand_in(
            membership=member(who or cast.mike, cast.acme),
            starts_at=starts,
            ends_at=ends or at + WEEK,
            by=by or cast.carol,
            at=at,
        )

    def test_decides_between_the_two_dates_and_not_a_moment_longer(self, cast, now):
        self.name(cast, now, starts=now + DAY)

        decides = [
            P.DECIDE_ACCESS in authorization.held(cast.mike, cast.acme, at=moment)
            for moment in (now, now + DAY, now + WEEK - SECOND, now + WEEK)
        ]
        assert decides == [False, True, True, False]
        assert told("changed") == ["adam", "carol", "dora", "mike"]

    def test_what_waits_is_mailed_to_a_stand_in_at_once(self, cast, pending, now):
        self.name(cast, now)

        assert told("requested_customer").count("mike") == 1

    @pytest.mark.parametrize("who", ["adam", "ursula", "mike", "piotr", "mallory"])
    def test_is_named_and_ended_by_the_primary_user_alone(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            self.name(cast, now, by=getattr(cast, who))
        self.name(cast, now, who=cast.connie)
        with pytest.raises(PermissionDenied):
            services.end_stand_in(membership=member(cast.connie, cast.acme), by=getattr(cast, who), at=now)

    def test_what_waits_is_mailed_to_a_stand_in_once_their_time_has_begun(self, cast, pending, now):
        self.name(cast, now, starts=now + DAY)
        sent = Mail.objects.filter(event="requested_customer", recipient=cast.mike)

        requests.sweep(at=now + DAY - SECOND)
        assert not sent.exists()
        for later in (DAY, DAY + SECOND, 2 * DAY):
            requests.sweep(at=now + later)
            assert sent.count() == 1

    @pytest.mark.seed("S3-2", "S3-13")
    def test_the_changes_and_cases_that_wait_are_mailed_then_too_and_each_once(self, cast, now):
        case = open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        ask_to_enter(case, by=cast.tess, at=now)
        lend_for_case(cast, at=now)
        propose(cast, at=now)
        self.name(cast, now, starts=now + DAY)

        requests.sweep(at=now + DAY - SECOND)
        assert {"change_proposed", "case_access_asked"}.isdisjoint(mails_to(cast.mike))
        for later in (DAY, DAY + SECOND, 2 * DAY):
            requests.sweep(at=now + later)
            assert sorted(mails_to(cast.mike)) == ["case_access_asked", "change_proposed", "changed"]
        for who in (cast.carol, cast.adam):
            assert [mails_to(who).count(mail) for mail in ("case_access_asked", "change_proposed")] == [1, 1]
        assert {"change_proposed", "case_access_asked"}.isdisjoint(mails_to(cast.mallory))

    def test_is_another_active_member_with_an_end_within_a_year_and_one_at_a_time(self, cast, now):
        for wrong in (
            {"who": cast.carol},
            {"ends": now},
            {"starts": now + DAY, "ends": now + DAY},
            {"ends": now + 400 * DAY},
        ):
            with pytest.raises(NotAllowedNow):
                self.name(cast, now, **wrong)
        self.name(cast, now)
        with pytest.raises(NotAllowedNow, match="Somebody else"):
            self.name(cast, now, who=cast.connie, starts=now + WEEK - SECOND, ends=now + 2 * WEEK)
        self.name(cast, now, who=cast.connie, starts=now + WEEK, ends=now + 2 * WEEK)

    def test_ends_at_once_or_never_begins(self, cast, now):
        mike = member(cast.mike, cast.acme)
        self.name(cast, now)
        services.end_stand_in(membership=mike, by=cast.mike, at=now + DAY)
        assert authorization.held(cast.mike, cast.acme, at=now + DAY) == set()
        self.name(cast, now + DAY, starts=now + 2 * DAY)
        services.end_stand_in(membership=mike, by=cast.carol, at=now + DAY)

        assert (mike.stands_in_from, mike.stands_in_until) == (None, None)
        with pytest.raises(NotAllowedNow):
            services.end_stand_in(membership=mike, by=cast.carol, at=now + DAY)

    def test_one_date_alone_fits_in_no_row(self, cast, now):
        for half in ({"stands_in_from": now}, {"stands_in_until": now}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Membership.objects.filter(user=cast.mike).update(**half)

    def test_is_named_on_a_page_in_the_accounts_own_time(self, cast, signed_in):
        carol, path = signed_in(cast.carol), page_of(cast.mike, cast.acme, "stand-in/")
        # Not in the hour that is there twice where the clocks go back
        end = (clock.now() + WEEK).astimezone(cast.acme.zone).replace(hour=12, minute=0, second=0, microsecond=0)

        assert carol.post(path, {"ends_at": "never"}).status_code == 400
        assert carol.post(path, {"ends_at": "2019-01-01T10:00"}).status_code == 409
        assert carol.post(path, {"ends_at": f"{end:%Y-%m-%dT%H:%M}"}).status_code == 302
        assert member(cast.mike, cast.acme).stands_in_until == end
        assert "End standing in now" in words(carol.get(page_of(cast.mike, cast.acme)))
        assert carol.post(page_of(cast.mike, cast.acme, "stand-in/end/")).status_code == 302
        assert not Membership.objects.filter(stands_in_until__gt=clock.now()).exists()


class TestEnding:
    @pytest.mark.trust("C2")
    def test_shows_first_what_goes_with_it_and_ends_it_all(self, cast, granted, signed_in):
        waits = ask(cast, at=clock.now(), account=cast.globex)
        pat, path = signed_in(cast.pat), page_of(cast.petra, cast.bolt, "end/")

        shown = words(pat.get(path))
        assert "the access of Petra to Acme" in shown
        assert "The request for Petra to Globex, which waits for an answer" in shown
        assert Grant.objects.unended(clock.now()).filter(grantee=cast.petra).exists()
        assert pat.post(path).status_code == 302
        assert Grant.objects.get(pk=granted.pk).end_reason == EndReason.PERSON
        assert fresh(waits).status == Status.CANCELLED
        assert authorization.held(cast.petra, cast.acme, at=clock.now()) == set()
        assert told("over") == ["petra"]

    def test_names_those_whose_access_hangs_under_it(self, cast, now, signed_in):
        requests.add_colleague(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            by=cast.piotr,
            permissions=[INVOICES],
            administrator=False,
            reason="Helps out.",
            at=now,
        )
        shown = words(signed_in(cast.pat).get(page_of(cast.piotr, cast.bolt, "end/")))

        assert "the access of Piotr to Acme" in shown
        assert "the access of Petra to Acme" in shown

    def test_is_told_to_who_decides_where_a_decider_goes(self, cast, now):
        services.end_membership(membership=member(cast.adam, cast.acme), by=cast.carol, at=now)

        assert told("over") == ["adam", "carol", "dora"]


class TestLockedOut:
    @pytest.mark.trust("C1", "I12")
    def test_ends_what_the_person_holds_and_withdraws_what_waits_for_and_by_them(self, cast, granted, now):
        by_them = ask(cast, at=now, for_=cast.pat, case_number="C-2")
        for_them = ask(cast, at=now, account=cast.globex)
        services.deactivate_person(user=cast.petra, by=cast.root, at=now + DAY)
        granted.refresh_from_db()

        assert (granted.ended_at, granted.end_reason) == (now + DAY, EndReason.LOCKED_OUT)
        assert fresh(for_them).status == Status.CANCELLED
        assert fresh(by_them).status == Status.PENDING
        services.deactivate_person(user=cast.pat, by=cast.root, at=now + DAY)
        assert fresh(by_them).status == Status.CANCELLED

    def test_tells_the_customer_once_and_ends_what_hangs_under_it(self, cast, now):
        child = requests.add_colleague(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            by=cast.piotr,
            permissions=[INVOICES],
            administrator=False,
            reason="Helps out.",
            at=now,
        )
        services.deactivate_person(user=cast.piotr, by=None, at=now + DAY)

        (over,) = Mail.objects.filter(event__startswith="ended", to=cast.carol.email)
        words = " ".join(over.text.split())
        assert "2 ACCESSES TO ACME HAVE ENDED" in words
        for person in ("Piotr, Bolt Partners", "Petra, Bolt Partners"):
            assert person in words
        assert set(Grant.objects.exclude(end_reason="").values_list("end_reason", flat=True)) == {
            EndReason.LOCKED_OUT,
            EndReason.LENDER,
        }
        assert Grant.objects.get(pk=child.pk).end_reason == EndReason.LENDER
        assert Grant.objects.unended(now + DAY).count() == 0
        with pytest.raises(NotAllowedNow):
            services.deactivate_person(user=cast.piotr, by=None, at=now + DAY)

    @pytest.mark.trust("C1")
    def test_lists_pages_and_mails_still_say_their_name(self, cast, granted, signed_in, now):
        services.deactivate_person(user=cast.petra, by=None, at=now)
        services.deactivate_person(user=cast.pat, by=None, at=now)
        carol = signed_in(cast.carol)
        asked = AccessRequest.objects.get(beneficiary=cast.petra)

        assert "Petra" in words(carol.get(asked.get_absolute_url()))
        assert "Petra" in words(carol.get("/requests/"))
        assert "Petra from Bolt Partners" in Mail.objects.get(event="ended", to=cast.carol.email).html
        assert TrailLine.objects.filter(event="person.deactivated", subject=cast.petra.email).exists()


@pytest.mark.trust("R8")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_people_who_leave_side_by_side_do_not_wait_for_each_other(self, cast, now):
        """Each holds access at two customers, given in the opposite order; an approval runs beside them."""
        for person, order in ((cast.petra, "ag"), (cast.piotr, "ga")):
            for letter in order:
                account, by = (cast.acme, cast.carol) if letter == "a" else (cast.globex, cast.mallory)
                approve(ask(cast, at=now, for_=person, account=account, case_number=letter), by=by, at=now)
        leaving = [member(person, cast.bolt) for person in (cast.petra, cast.piotr)]
        waits = ask(cast, at=now, for_=cast.dora, account=cast.globex)
        together = Barrier(3)
        steps = [
            lambda: services.end_membership(membership=leaving[0], by=cast.pat, at=now),
            lambda: services.deactivate_person(user=cast.piotr, by=None, at=now),
            lambda: approve(waits, by=cast.mallory, at=now),
        ]

        def take(step):
            together.wait()
            try:
                step()
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(take, steps))
        assert not Grant.objects.unended(now).filter(grantee__in=[cast.petra, cast.piotr]).exists()

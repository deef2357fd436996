"""Support asks: who may, what a request must hold, what it keeps, and what of it may be changed."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from access_requests import services
from access_requests.forms import SupportDetailsForm
from access_requests.models import AccessRequest
from access_requests.services import Window
from access_requests.states import Status
from accounts import authorization
from accounts import services as accounts
from accounts.models import AccessRole, Account
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import RequestKind
from audit.models import TrailLine
from frame.refusals import NotAllowedNow, TooMuch
from riders import services as cases
from tests.cast import READ_RECORDS, REPAIR, WEEK, ask_for_support, deny, events, fresh, member, role_bundles, told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def nothing_was_asked():
    return not AccessRequest.objects.filter(kind=RequestKind.SUPPORT).exists()


@pytest.mark.seed("S0-21")
class TestAssociates:
    @pytest.mark.parametrize("who", ["tess", "tom", "stan", "root"])
    def test_people_of_the_vendor_with_a_verified_account_ask(self, cast, now, who):
        request = ask_for_support(cast, by=getattr(cast, who), at=now)

        assert (request.kind, request.asker, request.company) == ("support", getattr(cast, who), cast.vendor)

    @pytest.mark.parametrize("who", ["mallory", "quinn", "pat", "dora", "carol", "greta"])
    def test_nobody_else_does(self, cast, now, who):
        with pytest.raises(PermissionDenied, match="Only associates"):
            ask_for_support(cast, by=getattr(cast, who), at=now)

        assert nothing_was_asked()

    def test_nor_without_a_verified_address(self, cast, now):
        EmailAddress.objects.filter(user=cast.tess).update(verified=False)

        with pytest.raises(PermissionDenied):
            ask_for_support(cast, at=now)

    def test_nor_without_a_second_factor(self, cast, now):
        Authenticator.objects.filter(user=cast.tess).delete()

        assert not authorization.is_associate(cast.tess, at=now)
        with pytest.raises(PermissionDenied):
            ask_for_support(cast, at=now)

    def test_nor_when_they_have_left(self, cast, now):
        accounts.end_membership(membership=member(cast.tess, cast.vendor), by=cast.root, at=now)

        assert not authorization.is_associate(cast.tess, at=now)
        assert authorization.is_associate(cast.tom, at=now)


class TestSubmitSupportRequest:
    @pytest.mark.seed("S0-1", "S0-4", "S0-9", "S0-16")
    def test_asks_for_oneself_for_the_rights_of_the_roles_and_for_no_more(self, cast, now):
        request = ask_for_support(cast, at=now, roles=[READ_RECORDS, REPAIR])

        assert request.asker == request.beneficiary == request.membership.user == cast.tess
        assert set(request.public_id) <= set("0123456789abcdef")
        assert set(request.rights) == {
            P.VIEW_ORDERS,
            P.VIEW_INVOICES,
            P.VIEW_USAGE,
            P.VIEW_CONFIGURATION,
            P.CHANGE_CONFIGURATION,
        }
        assert (request.administrator, request.may_delegate) == (False, False)
        assert request.digest == request.compute_digest()
        assert events(request) == ["request.submitted"]
        line = TrailLine.objects.get(subject=request.public_id)
        assert (line.account, line.actor) == ("654321", "tess@latchkey.example")

    @pytest.mark.seed("S0-5")
    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("number", "000000", "No customer has this account number"),
            ("number", "810432", "No customer has this account number"),  # Globex's, with Acme's organization ID
            ("number", "", "No customer has this account number"),
            ("org_id", "99999999", "No customer has this account number"),
            ("org_id", "", "No customer has this account number"),
            ("roles", [], "Choose at least one of the roles"),
            ("reason", " \u200b ", "Say why the access is needed"),
            ("window", Window(), "Say from when until when"),
            ("no_case", " ", "Give the number of the case, or say why"),
            ("case_number", "12345678", "has no open case with this number"),
        ],
    )
    def test_a_request_with_something_missing_or_wrong_is_refused_in_words(self, cast, now, field, value, sentence):
        right = {
            "number": "654321",
            "org_id": "48104810",
            "roles": role_bundles(READ_RECORDS),
            "reason": "The nightly backups stop.",
            "window": Window(duration=HOUR),
            "no_case": "Carol called.",
        }
        with pytest.raises(ValidationError, match=sentence):
            services.submit_support_request(by=cast.tess, at=now, **{**right, field: value})

        assert nothing_was_asked()
        services.submit_support_request(by=cast.tess, at=now, **right)

    @pytest.mark.seed("S0-34")
    @pytest.mark.parametrize("own", ["vendor", "bolt"])
    def test_an_account_one_belongs_to_and_one_of_no_customer_are_refused(self, cast, now, own):
        account = getattr(cast, own)
        with pytest.raises(ValidationError, match="belong to this account" if own == "vendor" else "No customer has"):
            ask_for_support(cast, account=account, at=now)

    def test_a_closed_account_is_unknown(self, cast, now):
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

        with pytest.raises(ValidationError, match="No customer has"):
            ask_for_support(cast, at=now)

    @pytest.mark.seed("S0-7")
    def test_a_role_that_is_not_on_offer_is_refused(self, cast, now):
        (role,) = role_bundles(REPAIR)
        accounts.change_access_role(
            role=role,
            name=role.name,
            description=role.description,
            permissions=role.permissions,
            active=False,
            by=cast.stan,
            at=now,
        )

        with pytest.raises(ValidationError, match="on offer"):
            ask_for_support(cast, roles=[READ_RECORDS, REPAIR], at=now)

    @pytest.mark.seed("S0-31")
    def test_the_usual_flow_starts_with_a_case_the_customer_opened(self, cast, now):
        case = cases.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)

        request = ask_for_support(cast, case_number=case.number, no_case="", at=now)

        assert (request.case_number, request.no_case) == (case.number, "")

    def test_a_solved_case_and_that_of_another_customer_are_like_an_unknown_one(self, cast, now):
        theirs = cases.open_case(account=cast.globex, subject="Theirs", by=cast.mallory, at=now)
        solved = cases.open_case(account=cast.acme, subject="Over", by=cast.connie, at=now)
        cases.solve_case(case=solved, by=cast.connie, at=now)

        for number in (theirs.number, solved.number):
            with pytest.raises(ValidationError, match="no open case"):
                ask_for_support(cast, case_number=number, at=now)

    def test_one_waits_at_a_time_for_a_case_and_another_for_another(self, cast, now, support_asked):
        with pytest.raises(NotAllowedNow, match="waits for an answer already"):
            ask_for_support(cast, at=now)

        case = cases.open_case(account=cast.acme, subject="Another thing", by=cast.connie, at=now)
        assert ask_for_support(cast, case_number=case.number, at=now).status == Status.PENDING

    @pytest.mark.seed("S0-11")
    def test_a_colleague_on_the_same_case_asks_for_themself(self, cast, now, support_asked):
        theirs = ask_for_support(cast, by=cast.tom, at=now)

        assert (theirs.asker, theirs.pk == support_asked.pk) == (cast.tom, False)

    def test_what_was_denied_cannot_be_asked_again_at_once(self, cast, now, support_asked):
        deny(support_asked, by=cast.carol, at=now)

        with pytest.raises(TooMuch, match="just denied"):
            ask_for_support(cast, at=now + HOUR / 2)
        assert ask_for_support(cast, at=now + HOUR).status == Status.PENDING

    def test_who_is_blocked_does_not_ask_and_others_do(self, cast, now, support_asked):
        services.report_unexpected(request=support_asked, seen=support_asked.as_seen(), by=cast.adam, at=now)

        with pytest.raises(PermissionDenied, match="does not take requests"):
            ask_for_support(cast, at=now + DAY)
        assert ask_for_support(cast, by=cast.tom, at=now + DAY).status == Status.PENDING

    def test_the_database_holds_to_it_too(self, cast, support_asked):
        for wrong in ({"asker": cast.tom}, {"administrator": True}, {"may_delegate": True}, {"no_case": ""}):
            with pytest.raises(IntegrityError), transaction.atomic():
                AccessRequest.objects.filter(pk=support_asked.pk).update(**wrong)


@pytest.mark.trust("E5")
class TestWindows:
    @pytest.mark.seed("S0-6")
    @pytest.mark.parametrize(
        ("starts", "ends", "sentence"),
        [
            (-HOUR, DAY, "The start is in the past"),
            (61 * DAY, 62 * DAY, "too far ahead. Access can start at most 2 months"),
            (DAY, DAY, "The end is not after the start"),
            (DAY, HOUR, "The end is not after the start"),
            (DAY, 367 * DAY, "Access lasts one year at most"),
        ],
    )
    def test_each_broken_rule_is_named(self, cast, now, starts, ends, sentence):
        with pytest.raises(ValidationError, match=sentence):
            ask_for_support(cast, window=Window(starts_at=now + starts, ends_at=now + ends), at=now)

        assert nothing_was_asked()

    @pytest.mark.parametrize("length", [timedelta(0), -HOUR, timedelta(minutes=14), 366 * DAY])
    def test_so_is_a_length_that_is_too_short_or_too_long(self, cast, now, length):
        with pytest.raises(ValidationError, match=r"too short|too long"):
            ask_for_support(cast, window=Window(duration=length), at=now)

    @pytest.mark.seed("S0-6")
    @pytest.mark.parametrize("ahead", [1, 2, 3])
    def test_a_year_is_a_calendar_year_on_the_customers_clock_also_across_a_change_of_clocks(self, cast, now, ahead):
        year = now.year + ahead
        at = datetime(year, 3, 20, 9, 0, tzinfo=AMSTERDAM)
        starts_at = datetime(year, 4, 1, 12, 0, tzinfo=AMSTERDAM)
        ends_at = datetime(year + 1, 4, 1, 12, 0, tzinfo=AMSTERDAM)

        longer = Window(starts_at=starts_at, ends_at=ends_at + timedelta(seconds=1))
        with pytest.raises(ValidationError, match="one year at most"):
            ask_for_support(cast, window=longer, at=at)
        assert ask_for_support(cast, window=Window(starts_at=starts_at, ends_at=ends_at), at=at).ends_at == ends_at

    @pytest.mark.parametrize(("days", "clock", "hours"), [(1, "02:30", 25), (0, "03:15", 1.75)])
    def test_a_start_in_the_hour_that_comes_twice_stays_when_the_rest_is_changed_later(
        self, cast, now, days, clock, hours
    ):
        last = date(now.year + 1, 10, 31)
        sunday = last - timedelta(days=last.isoweekday() % 7)  # the clocks go back
        starts_at = datetime.combine(sunday, time(2, 30), tzinfo=AMSTERDAM)
        typed = f"{sunday + timedelta(days=days)}T{clock}"
        day_before, twice = starts_at - DAY, Window(starts_at=starts_at, ends_at=starts_at + 3 * DAY)
        request = ask_for_support(cast, window=twice, at=day_before)
        shown = {**SupportDetailsForm.initial_of(request), "ends_at": typed}
        form = SupportDetailsForm(
            shown, by=cast.tess, known=request, at=datetime.combine(sunday, time(2, 45), tzinfo=AMSTERDAM)
        )

        assert form.is_valid(), form.errors
        window = form.cleaned_data["window"]
        assert (window.starts_at, window.ends_at - window.starts_at) == (request.starts_at, timedelta(hours=hours))

    @pytest.mark.trust("E4")
    @pytest.mark.parametrize(("ends", "waits"), [(DAY, DAY), (30 * DAY, 14 * DAY)])
    def test_it_waits_fourteen_days_or_until_the_asked_end(self, cast, now, ends, waits):
        request = ask_for_support(cast, window=Window(starts_at=now, ends_at=now + ends), at=now)

        assert request.respond_by == now + waits
        assert request.status_at(now + waits) == Status.EXPIRED
        with pytest.raises(NotAllowedNow, match="lapsed"):
            services.approve_request(request=request, seen=request.as_seen(), by=cast.carol, at=now + waits)


class TestEditSupportRequest:
    @pytest.mark.seed("S0-25")
    def test_changes_what_is_asked_and_tells_both_sides(self, cast, now, support_asked):
        seen = support_asked.as_seen()
        edited = services.edit_support_request(
            request=support_asked,
            seen=seen,
            by=cast.tess,
            roles=role_bundles(REPAIR),
            window=Window(duration=HOUR),
            reason="It is the sign-in.",
            no_case="Carol called.",
            at=now,
        )

        assert edited.version == seen.version + 1
        assert edited.digest == edited.compute_digest() != seen.digest
        assert fresh(edited).rights == [P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION]
        assert fresh(edited).account == cast.acme
        assert events(edited) == ["request.submitted", "request.edited"]
        assert told("edited_customer", edited) == ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]
        assert told("requested_partner", edited) == ["tess@latchkey.example"] * 2

    def test_an_answer_to_what_stood_before_is_refused(self, cast, now, support_asked):
        seen = support_asked.as_seen()
        edit(support_asked, by=cast.tess, at=now, reason="Another reason.")

        with pytest.raises(NotAllowedNow, match="changed after you opened"):
            services.approve_request(request=support_asked, seen=seen, by=cast.carol, at=now)

    @pytest.mark.seed("S0-10")
    @pytest.mark.parametrize("who", ["tom", "root", "stan", "carol", "mallory", "quinn"])
    def test_nobody_else_changes_or_withdraws_it(self, cast, now, support_asked, who):
        for act in (edit, withdraw):
            with pytest.raises(PermissionDenied, match="Only Tess"):
                act(support_asked, by=getattr(cast, who), at=now)

        assert fresh(support_asked).version == 1

    @pytest.mark.seed("S0-27")
    def test_after_the_answer_it_is_neither_changed_nor_withdrawn(self, cast, now, support_asked):
        services.approve_request(request=support_asked, seen=support_asked.as_seen(), by=cast.carol, at=now)

        for act in (edit, withdraw):
            with pytest.raises(NotAllowedNow):
                act(fresh(support_asked), by=cast.tess, at=now)

    def test_the_forms_for_partners_do_not_reach_it(self, cast, now, support_asked):
        with pytest.raises(NotAllowedNow, match="changed where it was asked"):
            services.edit_request(
                request=support_asked,
                seen=support_asked.as_seen(),
                by=cast.tess,
                permissions=[P.VIEW_ORDERS],
                administrator=True,
                may_delegate=True,
                window=Window(duration=WEEK),
                reason="More.",
                at=now,
            )

    def test_a_case_can_be_named_later_unless_one_waits_for_it(self, cast, now, support_asked):
        case = cases.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        other = ask_for_support(cast, case_number=case.number, at=now)
        with pytest.raises(NotAllowedNow, match="waits for an answer already"):
            edit(support_asked, by=cast.tess, case_number=case.number, no_case="", at=now)

        withdraw(other, by=cast.tess, at=now)
        edit(support_asked, by=cast.tess, case_number=case.number, no_case="", at=now)

        assert (fresh(support_asked).case_number, fresh(support_asked).no_case) == (case.number, "")

    def test_what_was_denied_for_a_case_is_not_asked_again_by_naming_the_case_later(self, cast, now, support_asked):
        case = cases.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        deny(ask_for_support(cast, case_number=case.number, at=now), by=cast.carol, at=now)

        with pytest.raises(TooMuch, match="just denied"):
            edit(support_asked, by=cast.tess, case_number=case.number, no_case="", at=now + HOUR / 2)
        edit(support_asked, by=cast.tess, case_number=case.number, no_case="", at=now + HOUR)

        assert fresh(support_asked).case_number == case.number

    @pytest.mark.trust("E5")
    def test_an_end_that_has_passed_is_refused_though_the_start_may_stay(self, cast, now):
        request = ask_for_support(cast, window=Window(starts_at=now + HOUR, ends_at=now + DAY), at=now)
        shorter = Window(starts_at=now + HOUR, ends_at=now + 2 * HOUR)

        with pytest.raises(ValidationError, match="The end is in the past"):
            edit(request, by=cast.tess, window=shorter, at=now + 2 * HOUR)
        edit(request, by=cast.tess, window=shorter, at=now + 2 * HOUR - timedelta(seconds=1))

        assert fresh(request).ends_at == now + 2 * HOUR

    @pytest.mark.seed("S3-16")
    def test_nothing_is_changed_once_the_case_is_solved(self, cast, now):
        case = cases.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        request = ask_for_support(cast, case_number=case.number, at=now)
        cases.solve_case(case=case, by=cast.connie, at=now)

        with pytest.raises(NotAllowedNow, match="withdrawn"):
            edit(request, by=cast.tess, case_number=case.number, reason="To look once more.", at=now)
        assert fresh(request).status == Status.CANCELLED


class TestCancel:
    @pytest.mark.seed("S0-26")
    def test_its_associate_withdraws_it_for_good(self, cast, now, support_asked):
        withdraw(support_asked, by=cast.tess, at=now)

        assert fresh(support_asked).status == Status.CANCELLED
        assert events(support_asked) == ["request.submitted", "request.cancelled"]
        deciders = ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]
        assert told("withdrawn_customer", support_asked) == [*deciders, "tess@latchkey.example"]
        with pytest.raises(NotAllowedNow, match="withdrawn"):
            withdraw(support_asked, by=cast.tess, at=now)

    def test_it_goes_when_the_associate_leaves(self, cast, now, support_asked):
        accounts.end_membership(membership=support_asked.membership, by=cast.root, at=now)

        assert fresh(support_asked).status == Status.CANCELLED


class TestRoles:
    @pytest.mark.seed("S0-7")
    def test_a_request_keeps_what_a_bundle_meant_when_it_was_asked_for(self, cast, now, support_asked):
        (role,) = role_bundles(READ_RECORDS)
        accounts.change_access_role(
            role=role,
            name="Everything",
            description="All of it.",
            permissions=[P.CHANGE_CONFIGURATION],
            active=True,
            by=cast.stan,
            at=now,
        )
        kept = fresh(support_asked)

        assert [asked["name"] for asked in kept.roles] == [READ_RECORDS]
        assert set(kept.rights) == {P.VIEW_ORDERS, P.VIEW_INVOICES, P.VIEW_USAGE}
        grant = services.approve_request(request=kept, seen=kept.as_seen(), by=cast.carol, at=now)
        assert set(authorization.granted(grant)) == {P.VIEW_ORDERS, P.VIEW_INVOICES, P.VIEW_USAGE}

    def test_every_change_of_the_catalogue_leaves_a_line(self, cast, now):
        words = {"name": "See people", "description": "Reads who works for you.", "permissions": [P.VIEW_CONTACTS]}
        role = accounts.add_access_role(**words, by=cast.stan, at=now)
        accounts.change_access_role(role=role, **words, active=False, by=cast.stan, at=now)

        lines = TrailLine.objects.filter(subject="See people").order_by("sequence")
        assert [(line.event, line.actor) for line in lines] == [
            ("role.added", "stan@latchkey.example"),
            ("role.changed", "stan@latchkey.example"),
        ]
        assert (lines[1].details["before"]["active"], lines[1].details["after"]["active"]) == (True, False)

    @pytest.mark.parametrize("rights", [[], [P.DECIDE_ACCESS], ["no_such_right"], [P.VIEW_ORDERS, P.MANAGE_PEOPLE]])
    def test_a_bundle_gives_only_what_can_be_lent(self, cast, now, rights):
        with pytest.raises(ValidationError, match="can be lent"):
            accounts.add_access_role(name="Odd", description="Odd.", permissions=rights, by=cast.stan, at=now)

        assert not AccessRole.objects.filter(name="Odd").exists()

    def test_laying_down_the_first_ones_again_changes_nothing(self, cast, now):
        before = list(AccessRole.objects.values())

        assert accounts.lay_down_roles(at=now) == []
        assert list(AccessRole.objects.values()) == before != []


def test_own_accounts_are_those_of_any_membership(cast, now):
    """Somebody of the vendor who belongs to a partner too still asks of customers only, and of no account of theirs."""
    accounts.add_member(account=cast.crow, user=cast.tom, role=Role.MEMBER, by=cast.quinn, at=now)

    with pytest.raises(ValidationError, match="belong to this account"):
        ask_for_support(cast, by=cast.tom, account=cast.crow, at=now)


def edit(request, *, by, at, **changes):
    """This will change a support request of Tess's, leaving what is not said."""
    known = {"window": Window(duration=WEEK), "reason": "The nightly backups stop.", "no_case": "Carol called."}
    return services.edit_support_request(
        request=request, seen=request.as_seen(), by=by, roles=role_bundles(READ_RECORDS), at=at, **{**known, **changes}
    )


def withdraw(request, *, by, at):
    """This will withdraw a request."""
    return services.cancel_request(request=request, by=by, at=at)

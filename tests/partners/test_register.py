"""The vendor's register: what goes in, what stays as people decided it, and what is refused with its place."""

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError

from accounts import services as accounts
from accounts.models import Account, Invitation, Invoice, Membership, Order, Usage, User
from accounts.permissions import Role
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from frame.tables import safe_cell
from notifications.models import Mail
from partners.models import Partnership
from partners.services import (
    check_register,
    end_partnership,
    import_register,
    link,
    tell_of_available,
)
from tests.cast import ask, member
from tests.partners import registers
from tests.partners.registers import everything, sources


def bring(at, **sheets):
    return import_register(sources=sources(**sheets), by=None, at=at)


def changed(text, old, new):
    assert old in text
    return text.replace(old, new)


class TestImport:
    def test_brings_companies_people_records_and_relationships(self, cast, now):
        report = bring(now)

        dune = Account.objects.get(number="300100")
        assert (dune.name, dune.kind, dune.time_zone, dune.seats, dune.opened_at) == (
            "Dune & Söhne",
            "customer",
            "Europe/Prague",
            10,
            now,
        )
        people = dune.memberships.order_by("user__email").values_list("user__email", "role", "authorized_contact")
        assert list(people) == [
            ("primary@dune.example", "primary", True),
            ("two@dune.example", "administrator", False),
        ]
        assert Order.objects.get(account=dune).description == "Backup, 1 TB"
        assert list(Invoice.objects.filter(account=dune).values_list("number", "amount")) == [
            ("I-1", Decimal("10.50")),
            ("I-2", Decimal("-3.00")),
        ]
        assert (Usage.objects.get(account=dune).month, Usage.objects.get(account=dune).amount) == (
            date(2026, 10, 1),
            Decimal("12.500"),
        )
        assert set(Partnership.objects.filter(customer=dune).values_list("partner__number", "state")) == {
            ("300200", "available"),
            ("700118", "linked"),
        }
        assert report.counts()["memberships"] == [3, 0, 0, 0]

    def test_invites_nobody_and_gives_nobody_a_password(self, cast, now):
        bring(now)
        primary = User.objects.get(email="primary@dune.example")

        assert not primary.has_usable_password()
        assert (primary.is_staff, primary.is_superuser, primary.is_active) == (False, False, True)
        assert EmailAddress.objects.get(user=primary).verified is False
        assert not Invitation.objects.filter(user=primary).exists()
        assert not Mail.objects.filter(to__endswith="dune.example").exists()

    def test_twice_leaves_everything_as_it_was(self, cast, now):
        bring(now)
        before = everything()
        again = bring(now)

        assert everything() == before
        assert not again.changes
        assert again.counts()["invoices"] == [0, 0, 2, 0]

    def test_trying_it_counts_the_same_and_writes_nothing(self, cast, now):
        before = everything()
        tried = check_register(sources=sources(), at=now)

        assert everything() == before
        assert tried.counts() == bring(now).counts()

    def test_writes_the_trail_of_each_account_and_one_line_for_the_whole(self, cast, now):
        import_register(sources=sources(), by=cast.stan, at=now)

        events = TrailLine.objects.filter(chain="300100").order_by("sequence").values_list("event", flat=True)
        assert list(events) == [
            "account.opened",
            *["membership.begun"] * 2,
            *["records.brought"] * 3,
            *["partnership.known", "partnership.known", "partnership.linked"],
        ]
        whole = TrailLine.objects.get(event="register.imported")
        assert (whole.chain, whole.actor, whole.details["invoices"]) == ("vendor", cast.stan.email, [2, 0, 0, 0])
        assert verify() == []

    def test_only_accounts_are_needed(self, cast, now):
        bring(now, people=None, partnerships=None, orders=None, invoices=None, usage=None)

        assert Account.objects.filter(number__startswith="300").count() == 2

    def test_sheets_may_speak_of_accounts_that_only_the_portal_knows(self, cast, now):
        report = bring(
            now,
            accounts="number,org_id,name,kind,time_zone,language,seats\n",
            people="account,email,first_name,last_name,role,authorized_contact\n654321,new@acme.example,N,,member,no\n",
            **dict.fromkeys(["partnerships", "orders", "invoices", "usage"]),
        )

        assert report.counts()["memberships"] == [1, 0, 0, 0]
        assert Membership.objects.get(user__email="new@acme.example").account == cast.acme

    def test_brings_facts_up_to_date_and_takes_no_record_away(self, cast, now):
        bring(now)
        report = bring(
            now,
            accounts=changed(registers.ACCOUNTS, "Dune & Söhne,customer,Europe/Prague,en,10", "Dune,customer,UTC,sv,3"),
            people=changed(registers.PEOPLE, "Číslo", "Novák"),
            invoices=changed(registers.INVOICES, "10.5,EUR,open", "11,EUR,paid").replace("300100,I-2", "300100,I-3"),
        )

        dune = Account.objects.get(number="300100")
        assert (dune.name, dune.time_zone, dune.language, dune.seats) == ("Dune", "UTC", "sv", 3)
        assert User.objects.get(email="primary@dune.example").last_name == "Novák"
        found = Invoice.objects.filter(account=dune).order_by("number").values_list("number", "amount", "state")
        assert list(found) == [
            ("I-1", Decimal("11.00"), "paid"),
            ("I-2", Decimal("-3.00"), "paid"),
            ("I-3", Decimal("-3.00"), "paid"),
        ]
        assert (report.counts()["accounts"], report.counts()["invoices"]) == ([0, 1, 1, 0], [1, 1, 0, 0])
        line = TrailLine.objects.get(event="account.changed")
        assert line.details["changes"]["seats"] == [10, 3]

    def test_cells_that_a_spreadsheet_would_run_stay_text(self, cast, now):
        bring(now, orders=changed(registers.ORDERS, '"Backup, 1 TB"', "=1+1"))
        kept = Order.objects.get(account__number="300100").description

        assert (kept, safe_cell(kept)) == ("=1+1", "'=1+1")

    def test_comes_in_other_dress_too(self, cast, now):
        """A byte-order mark, CRLF, empty lines, columns in another order, a line break inside a cell."""
        text = registers.ORDERS.replace('"Backup, 1 TB"', '"Backup,\n 1 TB"') + "\n,,,,,,\n\n"
        head, *rest = registers.USAGE.splitlines()
        usage = [",".join(reversed(line.split(","))) for line in (head, *rest)]
        report = bring(
            now,
            accounts=b"\xef\xbb\xbf" + registers.ACCOUNTS.replace("\n", "\r\n").encode(),
            orders=text,
            usage="\r\n".join(usage),
        )

        assert report.counts()["usage"] == [1, 0, 0, 0]
        assert Order.objects.get(account__number="300100").description == "Backup, 1 TB"


class TestWhatPeopleDecided:
    """A register that says otherwise undoes none of it."""

    def test_a_link_stays_and_one_that_was_cut_stays_cut(self, cast, now):
        bring(now)
        waiting = Partnership.objects.get(partner__number="300200", customer__number="300100")
        link(partnership=waiting, by=None, at=now)
        cut = Partnership.objects.get(partner=cast.bolt, customer__number="300100")
        end_partnership(partnership=cut, by=None, at=now)
        before = everything()
        report = bring(now)

        assert everything() == before
        assert report.counts()["partnerships"] == [0, 0, 1, 1]

    def test_a_role_and_the_contact_flag_stay(self, cast, now):
        bring(now)
        second = Membership.objects.get(user__email="two@dune.example")
        primary = User.objects.get(email="primary@dune.example")
        accounts.change_role(membership=second, role=Role.ACCESS_ADMINISTRATOR, by=primary, at=now)
        accounts.set_authorized_contact(membership=second, authorized_contact=True, by=primary, at=now)
        bring(now)
        second.refresh_from_db()

        assert (second.role, second.authorized_contact) == ("access_administrator", True)

    def test_who_left_does_not_come_back(self, cast, now):
        bring(now)
        accounts.end_membership(membership=Membership.objects.get(user__email="two@dune.example"), by=None, at=now)
        report = bring(now)

        assert report.counts()["memberships"] == [0, 0, 2, 1]
        assert Membership.objects.filter(user__email="two@dune.example", ended_at=None).count() == 0

    def test_who_left_and_was_taken_in_again_is_there(self, cast, now):
        bring(now)
        second = Membership.objects.get(user__email="two@dune.example")
        accounts.end_membership(membership=second, by=None, at=now)
        accounts.add_member(account=second.account, user=second.user, role=Role.MEMBER, by=None, at=now)

        assert bring(now).counts()["memberships"] == [0, 0, 3, 0]

    def test_the_primary_user_stays_and_another_one_comes_as_a_plain_member(self, cast, now):
        people = (
            "account,email,first_name,last_name,role,authorized_contact\n654321,neil@acme.example,N,B,primary,yes\n"
        )
        report = bring(now, people=people)
        neil = Membership.objects.get(user__email="neil@acme.example")

        assert (neil.role, neil.authorized_contact) == ("member", False)
        assert member(cast.carol, cast.acme).role == "primary"
        assert report.notes == [
            "neil@acme.example comes into account 654321 as a member: it has a primary user already."
        ]

    def test_who_is_locked_out_is_brought_nowhere_and_ends_nowhere(self, cast, now):
        people = "account,email,first_name,last_name,role,authorized_contact\n"
        bring(now, people=f"{people}300200,greta@bolt.example,Greta,,member,no\n")

        assert not cast.greta.memberships.filter(account__number="300200").exists()
        assert member(cast.greta, cast.bolt).ended_at is None

    def test_a_closed_account_gets_no_people_and_no_partners(self, cast, now):
        bring(now, people=None, partnerships=None)
        Account.objects.filter(number="300100").update(closed_at=now)
        report = bring(now)

        assert report.counts()["memberships"] == [1, 0, 0, 2]
        assert report.counts()["partnerships"] == [0, 0, 0, 2]

    def test_access_and_everything_mallory_has_stay_as_they_are(self, cast, granted, now):
        kept = list(Membership.objects.order_by("pk").values())
        grants = list(cast.acme.grants.order_by("pk").values())
        bring(now)

        assert list(Membership.objects.filter(pk__in=[row["id"] for row in kept]).order_by("pk").values()) == kept
        assert list(cast.acme.grants.order_by("pk").values()) == grants
        assert not cast.mallory.memberships.exclude(account=cast.globex).exists()


class TestTelling:
    @pytest.mark.seed("S2-3")
    def test_a_partner_in_the_portal_is_told_of_a_new_customer_once(self, cast, now, signed_in):
        signed_in(cast.pat)
        Mail.objects.all().delete()
        for _time in range(2):
            bring(now)

        mail = Mail.objects.get(event="new_customer")
        assert mail.to == cast.pat.email
        assert "The account of Bolt Partners is linked to the account of Dune & Söhne." in " ".join(mail.text.split())

    @pytest.mark.seed("S2-5")
    def test_a_partner_nobody_of_whom_has_signed_in_is_told_at_its_first_sign_in(self, cast, now, signed_in):
        bring(now)
        assert not Mail.objects.filter(event="new_customer").exists()
        signed_in(User.objects.get(email="other@ember.example"))
        tell_of_available(at=now)

        assert Mail.objects.get(event="new_customer").to == "other@ember.example"

    def test_a_new_administrator_is_told_what_waits_where_administrators_decide(self, several_deciders, now):
        ask(several_deciders, at=now)
        people = (
            "account,email,first_name,last_name,role,authorized_contact\n654321,new@acme.example,A,,administrator,no\n"
        )
        bring(now, people=people)

        assert Mail.objects.filter(to="new@acme.example", event="requested_customer").count() == 1


class TestLinking:
    def test_the_register_links_who_was_available(self, cast, now):
        bring(now)
        report = bring(now, partnerships=changed(registers.PARTNERSHIPS, "available", "linked"))

        assert report.counts()["partnerships"] == [0, 1, 1, 0]
        assert Partnership.objects.get(partner__number="300200").state == "linked"


@pytest.mark.trust("B6")
@pytest.mark.parametrize("stage", ["accounts", "memberships", "usage", "partnerships"])
def test_wherever_it_breaks_off_nothing_is_left_of_it(cast, now, stage):
    """The database refuses a row, as it does where somebody else has just written the same."""
    before, stages = everything(), []

    def break_off(what, done, of):
        stages.append(what)
        if stages.count(what) == 2 and what == stage:  # the first time it was only looked at
            raise IntegrityError("UNIQUE constraint failed")

    with pytest.raises(NotAllowedNow, match="Nothing was imported; try again"):
        import_register(sources=sources(), by=None, at=now, progress=break_off)
    assert everything() == before


@pytest.mark.parametrize("count", [3, 300])
def test_asks_the_database_as_often_for_many_rows_as_for_few(cast, now, count, django_assert_max_num_queries):
    usage = "account,month,product,amount,unit\n"
    usage += "".join(f"300100,2026-{row % 12 + 1:02d},P-{row},1.5,GB\n" for row in range(count))
    bring(now)
    with django_assert_max_num_queries(75):
        report = bring(now, usage=usage)

    assert report.counts()["usage"] == [count, 0, 0, 0]


def test_takes_little_memory_however_long_the_files_are(cast, now):
    """Ten times the rows take no more than a little more memory: what is read is kept on disk."""
    peaks = []
    for count in (2_000, 20_000):
        usage = b"account,month,product,amount,unit\n"
        usage += b"".join(b"300100,2026-10,P-%d,1.5,GB\n" % row for row in range(count))
        files = sources(usage=usage)
        tracemalloc.start()
        check_register(sources=files, at=now)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] + 1_000_000

"""However much there is to show, a page asks the database the same number of times."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests.models import AccessRequest, new_public_id
from accounts.models import Account, Grant, Invoice, Membership, Order, Usage, User
from accounts.permissions import Role
from notifications.models import Notice
from tests.cast import INVOICES, approve, ask, fresh, member

FEW, MANY = 3, 300


@pytest.fixture
def asked_for(signed_in):
    """``asked_for(user, path)`` is how many questions the page puts to the database, once it is warm."""

    def count(user, path):
        browser = signed_in(user)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    return count


def colleagues(cast, number):
    """This will make so many more people of Bolt Partners, and give their memberships."""
    people = User.objects.bulk_create(
        User(email=f"colleague-{place}@bolt.example", first_name=f"Colleague {place}") for place in range(number)
    )
    return Membership.objects.bulk_create(
        Membership(user=user, account=cast.bolt, role=Role.MEMBER, joined_at=cast.petra.date_joined) for user in people
    )


def requests_for(memberships, *, like):
    """This will ask for each of these people what ``like`` asks."""
    like = fresh(like)
    values = {
        field.attname: getattr(like, field.attname)
        for field in AccessRequest._meta.concrete_fields
        if field.name not in {"id", "public_id", "beneficiary", "membership", "grant"}
    }
    return AccessRequest.objects.bulk_create(
        AccessRequest(**values, public_id=new_public_id(), membership=one, beneficiary=one.user) for one in memberships
    )


def grants_for(memberships, *, like):
    """This will lend to each of these people what ``like`` lends, without the rights."""
    values = {
        field.attname: getattr(like, field.attname)
        for field in Grant._meta.concrete_fields
        if field.name not in {"id", "public_id", "grantee", "membership"}
    }
    return Grant.objects.bulk_create(
        Grant(**values, public_id=new_public_id(), membership=one, grantee=one.user) for one in memberships
    )


class TestTheSameNumberOfQueries:
    @pytest.mark.parametrize("path", ["/", "/requests/?size=50", "/requests/?size=50&status=pending&name=Bolt"])
    @pytest.mark.parametrize("who", ["carol", "pat"])
    def test_for_requests(self, cast, pending, asked_for, path, who):
        requests_for(colleagues(cast, FEW), like=pending)
        few = asked_for(getattr(cast, who), path)
        AccessRequest.objects.filter(beneficiary__email__startswith="colleague").delete()
        Membership.objects.filter(user__email__startswith="colleague").delete()
        User.objects.filter(email__startswith="colleague").delete()

        requests_for(colleagues(cast, MANY), like=pending)

        assert asked_for(getattr(cast, who), path) == few

    def test_for_who_has_access(self, cast, granted, asked_for):
        everybody = colleagues(cast, MANY)
        grants_for(everybody[:FEW], like=granted)
        few = asked_for(cast.carol, "/")

        grants_for(everybody[FEW:], like=granted)

        assert asked_for(cast.carol, "/") == few

    @pytest.mark.parametrize("path", ["/contacts/?size=50", "/contacts/?size=50&customer=654321"])
    @pytest.mark.parametrize("who", ["pat", "piotr"])
    def test_for_contacts(self, cast, pending, asked_for, now, path, who):
        granted = approve(ask(cast, for_=cast.pat, at=now), by=cast.carol, at=now)
        first = colleagues(cast, 2 * FEW)
        requests_for(first[:FEW], like=pending)
        grants_for(first[FEW:], like=granted)
        few = asked_for(getattr(cast, who), path)
        more = Membership.objects.bulk_create(
            Membership(user=user, account=cast.bolt, role=Role.MEMBER, joined_at=now)
            for user in User.objects.bulk_create(
                User(email=f"later-{place}@bolt.example", first_name=f"Later {place}") for place in range(MANY)
            )
        )
        requests_for(more[::3], like=pending)
        grants_for(more[1::3], like=granted)

        assert asked_for(getattr(cast, who), path) == few

    @pytest.mark.seed("S0-28")
    @pytest.mark.parametrize("path", ["/", "/accounts/654321/", "/accounts/?size=50", "/accounts/?search=Customer"])
    def test_for_accounts_one_can_open(self, cast, granted, asked_for, now, path):
        def lend(places):
            accounts = Account.objects.bulk_create(
                Account(
                    kind="customer",
                    number=str(910000 + place),
                    org_id=str(9100000 + place),
                    name=f"Customer {place}",
                    time_zone="Europe/Amsterdam",
                    opened_at=now - timedelta(days=1),
                )
                for place in places
            )
            lent = grants_for([member(cast.petra, cast.bolt)] * len(accounts), like=granted)
            for account, grant in zip(accounts, lent, strict=True):
                Grant.objects.filter(pk=grant.pk).update(account=account)

        lend(range(FEW))
        few = asked_for(cast.petra, path)

        lend(range(FEW, 3000))

        assert asked_for(cast.petra, path) == few

    def test_for_notices(self, cast, asked_for, now):
        def tell(places):
            Notice.objects.bulk_create(
                Notice(
                    key=f"told {place}",
                    recipient=cast.mike,
                    event="told",
                    title="Something happened",
                    path="/",
                    account="654321",
                    created_at=now,
                )
                for place in places
            )

        tell(range(FEW))
        few = asked_for(cast.mike, "/notices/?size=50")

        tell(range(FEW, MANY))

        assert asked_for(cast.mike, "/notices/?size=50") == few

    @pytest.mark.parametrize("name", ["", "orders/", "invoices/", "usage/"])
    @pytest.mark.parametrize("who", ["carol", "petra"])
    def test_for_records(self, cast, now, asked_for, name, who):
        approve(ask(cast, at=now, permissions=("view_orders", INVOICES, "view_usage")), by=cast.carol, at=now)
        path = f"/accounts/654321/{name}?size=50"
        records(cast.acme, range(FEW), today=now.date())
        few = asked_for(getattr(cast, who), path)

        records(cast.acme, range(FEW, MANY), today=now.date())

        assert asked_for(getattr(cast, who), path) == few


def records(account, places, *, today):
    """This will give the account an order, an invoice and a line of usage for each place."""
    Order.objects.bulk_create(
        Order(account=account, number=f"O-{place}", ordered_on=today, product="BACKUP-1", quantity=1, state="open")
        for place in places
    )
    Invoice.objects.bulk_create(
        Invoice(
            account=account,
            number=f"I-{place}",
            issued_on=today,
            due_on=today,
            amount=Decimal("12.50"),
            currency="EUR",
            state="open",
        )
        for place in places
    )
    Usage.objects.bulk_create(
        Usage(account=account, month=today.replace(day=1), product=f"P-{place}", amount=Decimal(3), unit="GB")
        for place in places
    )

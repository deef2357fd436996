"""Many companies and many people at once, written straight into the tables: for what must not grow with them."""

from datetime import timedelta

from django.db import connection

from accounts.models import Account, Membership, User
from accounts.permissions import Role
from accounts.states import AccountKind
from partners.models import Partnership
from partners.states import PartnershipState


def many_customers(partner, number, *, at, state=PartnershipState.AVAILABLE):
    """This will make so many customers of a partner, which nobody has told it of, and give the partnerships."""
    before = Account.objects.filter(number__startswith="4").count()
    accounts = Account.objects.bulk_create(
        Account(
            kind=AccountKind.CUSTOMER,
            number=str(400_000 + before + place),
            org_id=f"4{before + place:09}",
            name=f"Customer {before + place}",
            time_zone="Europe/Amsterdam",
            opened_at=at - timedelta(days=1),
        )
        for place in range(number)
    )
    linked_at = at if state == PartnershipState.LINKED else None
    return Partnership.objects.bulk_create(
        Partnership(partner=partner, customer=account, state=state, known_at=at, linked_at=linked_at)
        for account in accounts
    )


def many_people(company, number, *, at, role=Role.MEMBER):
    """This will make so many more people of a company, plain members for the most part, and give their memberships."""
    before = User.objects.filter(email__startswith="crowd-").count()
    people = User.objects.bulk_create(
        User(email=f"crowd-{before + place}@{company.number}.example", first_name=f"Colleague {before + place}")
        for place in range(number)
    )
    return Membership.objects.bulk_create(
        Membership(user=user, account=company, role=role, joined_at=at) for user in people
    )


def take_stock():
    """This will let the database count its rows, as it does by itself some time after they were written."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

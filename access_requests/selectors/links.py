"""Reads of what stands between an account and its partners."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.states import AccountKind, RequestKind
from partners import selectors as partners

from ..models import AccessRequest


def waiting_under(partnership, *, at):
    """The requests that are withdrawn with a partnership, by person."""
    waiting = waiting_of(partnership.customer_id, partnership.partner_id, at=at)
    return waiting.with_people().order_by("beneficiary__first_name", "pk")


def waiting_of(customer, partner, *, at):
    """The requests of a partner that wait for a customer's answer."""
    return AccessRequest.objects.waiting(at).filter(account=customer, company=partner)


def partners_with_counts(customer, *, at):
    """The partners of a customer, each with how many accesses hold or will, and how many requests wait."""
    grants = Grant.objects.unended(at).filter(account=customer, membership__account=OuterRef("partner"))
    waiting = AccessRequest.objects.waiting(at).filter(account=customer, company=OuterRef("partner"))
    return partners.partners_of(customer, at=at).annotate(
        people=_count(grants, "membership__account"), asked=_count(waiting, "company")
    )


def answers_partners(user, account, *, at):
    """Whether this person decides partner requests of the account: who gives access unasked, and ends a link."""
    return authorization.deciders(account, RequestKind.PARTNER, at=at).filter(pk=user.pk).exists()


def person_of_partner(number, email, *, at):
    """The active membership of the person with this address in the partner with this number, or ``None``."""
    people = Membership.objects.active(at).filter(account__in=Account.objects.open(at))
    people = people.filter(account__kind=AccountKind.PARTNER, account__number=number)
    return people.filter(user__email=email.strip().lower()).select_related("user", "account").first()


def _count(rows, by):
    counted = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

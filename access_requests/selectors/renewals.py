"""Reads for renewing several accesses at once."""

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from accounts.models import Grant
from accounts.states import RequestKind
from partners import selectors as partners

from ..models import AccessRequest


def ending_soon(user, *, at, words=""):
    """The access of the companies a person administers that ends so soon that it can be asked for again, soonest first.

    Each says in ``asked`` which request for it waits (its id), and in ``goes_on_until`` until when the person has
    access beyond it anyway.

    :param words: part of the customer's name or the beginning of its number, or part of a person's name or address
    """
    companies = partners.administered_by(user, at=at)
    soon = Grant.objects.unended(at).filter(
        membership__account__in=companies, ends_at__lte=at + settings.PORTAL_START_AHEAD_MAX
    )
    soon = soon.exclude(kind=RequestKind.HOUR)
    if words:
        fields = ("account__name", "grantee__first_name", "grantee__last_name", "grantee__email")
        like = Q(*[(f"{field}__icontains", words) for field in fields], _connector=Q.OR)
        soon = soon.filter(like | Q(account__number__startswith=words))
    same = {"account": OuterRef("account"), "case_number": OuterRef("case_number")}
    company = OuterRef("membership__account")
    waiting = AccessRequest.objects.waiting(at).filter(beneficiary=OuterRef("grantee"), company=company, **same)
    waiting = waiting.exclude(kind=RequestKind.HOUR)
    beyond = Grant.objects.unended(at).filter(grantee=OuterRef("grantee"), ends_at__gt=OuterRef("ends_at"), **same)
    beyond = beyond.filter(membership__account=company)
    return (
        soon.annotate(
            asked=Subquery(waiting.order_by("pk").values("public_id")[:1]),
            goes_on_until=Subquery(beyond.order_by("-ends_at").values("ends_at")[:1]),
        )
        .select_related("account", "grantee", "membership__account", "parent__grantee", "decided_by")
        .prefetch_related("permissions__permission")
        .order_by("ends_at", "pk")
    )


def grants_of_own_people(user, public_ids, *, at):
    """Those of these accesses (public ids) that people of a company have which ``user`` administers, ended or not."""
    grants = Grant.objects.filter(
        public_id__in=public_ids, membership__account__in=partners.administered_by(user, at=at)
    )
    return grants.select_related("account", "grantee", "membership__account").order_by("pk")

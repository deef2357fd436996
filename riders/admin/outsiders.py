"""Whom the account of a case was lent to: staff read which company acted so, and not who (S0-10)."""

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from accounts.models import Membership


def with_company_of(rows, column, *, account, named=None):
    """``rows`` with ``<column>_company``: the name of the company, where the person in a column was nobody of the
    account's own; empty where staff may read the name.

    :param account: the path from a row to the account
    :param named: a condition on rows under which the person acted at support's own desk, and is named
    """
    theirs = Membership.objects.filter(user=OuterRef(column)).order_by()
    readable = Exists(theirs.filter(account=OuterRef(account)))
    company = Subquery(theirs.order_by("joined_at", "pk").values("account__name")[:1])
    shown = Case(
        When(readable if named is None else readable | Q(named), then=Value("")),
        default=company,
        output_field=CharField(),
    )
    return rows.annotate(**{f"{column}_company": shown})

"""Reads for the page of who has access: narrowed down, by company, and who could open what at a moment."""

from django.db.models import Q

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission, Role
from audit.models import TrailLine

from .grants import access_at, access_to, lately_ended


def access_through(account, partner, *, at):
    """The access that people of a partner have to a customer's account, or will, by person."""
    grants = Grant.objects.unended(at).filter(account=account, membership__account=partner)
    rows = grants.select_related("account", "grantee", "membership__account", "parent__grantee", "decided_by")
    return rows.prefetch_related("permissions__permission").order_by("grantee__first_name", "grantee__last_name", "pk")


def access_in_state(user, account, state, *, at):
    """The access to an account that stands so: ``""`` for has it or will, ``live``, ``next`` or ``past``.

    Nothing at all for somebody who may not see it at the moment ``at``.
    """
    rows = lately_ended(account, at=at) if state == "past" else access_to(account, at=at)
    if state == "live":
        rows = rows.filter(starts_at__lte=at)
    elif state == "next":
        rows = rows.filter(starts_at__gt=at)
    return _while_seen(rows, user, at)


def access_then(user, account, moment, *, at):
    """Who from outside could open an account at a moment, while ``user`` may see that at the moment ``at``."""
    return _while_seen(access_at(account, moment), user, at)


def members_at(user, account, moment, *, at):
    """The memberships an account had at a moment, by name, while ``user`` may see that at the moment ``at``."""
    rows = Membership.objects.filter(account=account, joined_at__lte=moment).exclude(ended_at__lte=moment)
    rows = rows.select_related("user", "account").order_by("user__first_name", "user__last_name", "user__email")
    return _while_seen(rows, user, at)


def roles_then(account, moment):
    """The roles people of an account had at a moment, by the trail: ``{mail address: role}``. One query."""
    roles = {}
    lines = TrailLine.objects.filter(account=account.number, event__startswith="membership.", at__lte=moment)
    for line in lines.order_by("at", "id"):
        if line.event == "membership.succeeded":
            roles[line.details["before"]], roles[line.subject] = Role.ADMINISTRATOR, Role.PRIMARY
        elif "role" in line.details:
            roles[line.subject] = Role(line.details["role"])
    return roles


def narrowed(rows, *, name="", company="", through="membership__account", person="grantee"):
    """Those of the rows whose person or company is called like this, and who come through this company.

    :param name: part of a name or an address
    :param company: the number of a company
    :param through: the path from a row to the company
    :param person: the path from a row to the person
    """
    if company:
        rows = rows.filter(**{f"{through}__number": company})
    if not name:
        return rows
    fields = [f"{person}__first_name", f"{person}__last_name", f"{person}__email", f"{through}__name"]
    return rows.filter(Q(*[(f"{field}__icontains", name) for field in fields], _connector=Q.OR))


def companies_with_access(account, *, at, moment=None):
    """The companies whose people have access to an account, had it lately, or had it at a moment; by name."""
    lists = [access_at(account, moment)] if moment else [access_to(account, at=at), lately_ended(account, at=at)]
    there = Q()
    for rows in lists:
        there |= Q(pk__in=rows.order_by().values("membership__account"))
    return Account.objects.filter(there).order_by("name", "number")


def people_inside(account, *, at):
    """How many people from outside can open an account now."""
    return Grant.objects.effective(at).filter(account=account).values("grantee").distinct().count()


def _while_seen(rows, user, at):
    open_now = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    return rows.filter(account__in=open_now.values("pk"))

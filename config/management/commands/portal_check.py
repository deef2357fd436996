"""Who may do what, and why: the door's own answer."""

import json
import sys
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from accounts import authorization
from accounts.models import Account, Grant, Membership, User
from accounts.permissions import SUPPORT_READS, AccountPermission
from frame import clock

MISUSED, DENIED = 2, 3


class Command(BaseCommand):
    help = "Says whether a person holds a right on an account, and why. Exit 0 ALLOW, 3 DENY, 2 misused."

    def add_arguments(self, parser):
        parser.add_argument("user", help="mail address")
        parser.add_argument("account", help="account number")
        parser.add_argument("perm", help="the right, such as view_invoices")
        parser.add_argument("--at", help="a moment with its zone, such as 2026-11-27T16:00:00Z; now, if left out")

    def handle(self, *args, user, account, perm, at, **options):
        person = _found(User, "Nobody signs in as", email=user.strip().lower())
        company = _found(Account, "There is no account", number=account)
        right = _right(perm)
        moment = clock.now() if at is None else _moment(at)
        allowed = authorization.allows(person, right, company, at=moment)
        why = because(person, right, company, at=moment) if allowed else why_not(person, right, company, at=moment)
        answer = {
            "answer": "ALLOW" if allowed else "DENY",
            "user": person.email,
            "account": company.number,
            "permission": right.value,
            "at": moment.isoformat(timespec="microseconds"),
            "reason": why,
        }
        self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
        if not allowed:
            sys.exit(DENIED)


def because(person, right, company, *, at):
    """This will give what lets the person in: the memberships, grants and setting that give the right now."""
    own = Membership.objects.giving(right, at).filter(user=person, account=company)
    lent = authorization.grants_used(person, company, right, at=at).order_by("opened_at", "pk")
    why = [{"membership": one.role, "since": one.joined_at.isoformat()} for one in own]
    why += [{"grant": one.public_id, "request": one.request_id, "until": one.ends_at.isoformat()} for one in lent]
    by_setting = right in SUPPORT_READS and authorization.reads_for_support(person, company, at=at)
    return why + ([{"setting": "support_read_only"}] if by_setting else [])


def why_not(person, right, company, *, at):
    """This will give why the person is not let in, one sentence for each thing that comes near it."""
    if not person.is_active:
        return ["The person is deactivated."]
    if not Account.objects.open(at).filter(pk=company.pk).exists():
        return ["The account is closed."]
    members = Membership.objects.filter(user=person, account=company).order_by("joined_at", "pk")
    grants = Grant.objects.filter(grantee=person, account=company).select_related("membership", "parent__membership")
    reasons = [_of_membership(one, right, at) for one in members]
    reasons += [_of_grant(one, right, at) for one in grants.order_by("opened_at", "pk")]
    return reasons or ["The person is no member of the account, and nobody has lent them anything there."]


def _of_membership(one, right, at):
    if one.ended_at is not None and one.ended_at <= at:
        return f"The membership as {one.role} ended at {one.ended_at.isoformat()}."
    if one.joined_at > at:
        return f"The membership as {one.role} begins at {one.joined_at.isoformat()}."
    return f"The membership as {one.role} does not give {right.value}."


def _of_grant(one, right, at):
    name = f"The grant {one.public_id}"
    if one.ended_at is not None and one.ended_at <= at:
        return f"{name} was ended at {one.ended_at.isoformat()} ({one.end_reason})."
    if one.ends_at <= at:
        return f"{name} was over at {one.ends_at.isoformat()}."
    if one.starts_at > at:
        return f"{name} begins at {one.starts_at.isoformat()}."
    if right not in authorization.granted(one):
        return f"{name} does not allow {right.value}."
    if not one.membership.active_at(at):
        return f"{name} came through a membership that is over."
    return f"{name} hangs under the grant {one.parent.public_id}, which does not hold."


def _found(model, words, **by):
    """This will give the one row.

    :raises CommandError: there is none
    """
    row = model.objects.filter(**by).first()
    if row is None:
        (value,) = by.values()
        raise CommandError(f"{words} {value}.", returncode=MISUSED)
    return row


def _right(name):
    if name not in AccountPermission.values:
        known = ", ".join(AccountPermission.values)
        raise CommandError(f"There is no right {name}; there are {known}.", returncode=MISUSED)
    return AccountPermission(name)


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = f"“{text}” is no moment with a zone, such as 2026-11-27T16:00:00.001Z."
    raise CommandError(message, returncode=MISUSED)

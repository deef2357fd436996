"""People of the register, and where they belong. Nobody is invited by it, nobody is ended, nobody comes back."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from audit.record import Entry, record_all

from ...models import Account, Membership, User
from ...permissions import DECIDER_ROLES, Role
from ...signals import deciders_changed
from .tally import Tally

NAMES = ("first_name", "last_name")


def bring_people(*, rows, write, by, at):
    """Make the people who are not here yet, without a password and with an address still to be proven, and bring the
    names of the others up to date.

    :param rows: ``email`` (lower case, each once), ``first_name``, ``last_name``, ``account``; all text
    """
    tally, fresh, renamed, lines = Tally(), [], [], []
    found = {user.email: user for user in User.objects.filter(email__in=[row["email"] for row in rows])}
    for row in rows:
        names = {name: row[name] for name in NAMES}
        user = found.get(row["email"])
        if user is None:
            fresh.append(User(email=row["email"], **names))
            tally.count("new", row["account"])
            continue
        changes = {name: [getattr(user, name), after] for name, after in names.items() if getattr(user, name) != after}
        if not changes:
            tally.count("same")
            continue
        for name, (_before, after) in changes.items():
            setattr(user, name, after)
        renamed.append(user)
        tally.count("changed", row["account"])
        lines.append(Entry("person.changed", row["account"], user.email, {"changes": changes}))
    if write:
        for user in fresh:
            user.password, user.date_joined = make_password(None), at
        User.objects.bulk_create(fresh)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, primary=True, verified=False) for user in fresh
        )
        User.objects.bulk_update(renamed, NAMES)
        record_all(lines, by=by, at=at)
    return tally


def bring_members(*, rows, write, by, at):
    """Make people members of the accounts they are not in yet.

    Who is a member stays what they are, who left stays away, and an account that has a primary user keeps them: who
    arrives as another one is a plain member. Nobody is brought into a closed account or while locked out.

    :param rows: ``account``, ``email``, ``role``, ``authorized_contact`` (``yes`` or ``no``); all text
    """
    tally, begun = Tally(), []
    accounts = {one.number: one for one in Account.objects.filter(number__in={row["account"] for row in rows})}
    users = {one.email: one for one in User.objects.filter(email__in={row["email"] for row in rows})}
    here = Membership.objects.filter(account__in=accounts.values()).order_by()
    ended_by_pair = _ended_by_pair(here.filter(user__in=users.values()))
    primaries = set(here.living().filter(role=Role.PRIMARY).values_list("account__number", flat=True))
    for row in rows:
        account, user = accounts.get(row["account"]), users.get(row["email"])
        ended = ended_by_pair.get((row["account"], row["email"]))
        if ended is not None:
            tally.count("left" if ended else "same")
        elif (account and account.closed_at) or (user and not user.is_active):
            tally.count("left")
        else:
            begun.append(_membership(row, account, user, primaries, tally, at=at))
            tally.count("new", row["account"])
    if write:
        _begin(begun, by=by, at=at)
    return tally


def _ended_by_pair(memberships):
    """For each account's number and person's address whether they have left it; who came back has not."""
    ended: dict[tuple[str, str], bool] = {}
    for number, email, ended_at in memberships.values_list("account__number", "user__email", "ended_at"):
        ended[number, email] = ended.get((number, email), True) and ended_at is not None
    return ended


def _membership(row, account, user, primaries, tally, *, at):
    """The membership that a row asks for; without its account or person while these are not here themselves."""
    role, contact = Role(row["role"]), row["authorized_contact"] == "yes"
    if role == Role.PRIMARY and row["account"] in primaries:
        role, contact = Role.MEMBER, False
        words = _("%(email)s comes into account %(number)s as a member: it has a primary user already.")
        tally.notes.append(words % {"email": row["email"], "number": row["account"]})
    return Membership(account=account, user=user, role=role, authorized_contact=contact, joined_at=at)


def _begin(memberships, *, by, at):
    Membership.objects.bulk_create(memberships)
    lines = [
        Entry(
            "membership.begun",
            one.account.number,
            one.user.email,
            {"role": str(one.role), "authorized_contact": one.authorized_contact, "by_register": True},
        )
        for one in memberships
    ]
    record_all(lines, by=by, at=at)
    answering = [one for one in memberships if one.role in DECIDER_ROLES or one.authorized_contact]
    for account in {one.account for one in answering if one.account.opened_at < at}:
        deciders_changed.send(Membership, account=account, by=by, at=at)

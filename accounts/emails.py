"""Every mail about who belongs to an account. Reading this file is reading all of them."""

from django.urls import reverse

from notifications import outbox
from notifications.outbox import Letter

from .permissions import DECIDER_ROLES
from .selectors import language_for, standing, who_runs

FOLDER = "accounts/email"


def invited(*, invitation, at):
    """Tell the person where to say yes; of a role that decides, also those who hold one."""
    others = who_runs(invitation.account, at=at) if invitation.role in DECIDER_ROLES else ()
    about = f"{invitation.public_id}.{invitation.mailed}"
    shared = {"account": invitation.account, "about": about, "at": at, "invitation": invitation}
    _post("invited", [invitation.user], path=invitation.get_absolute_url(), **shared)
    _post("invited_told", others, path=_contacts(invitation.account), **shared)


def joined(*, membership, invitation, at):
    """Tell whoever invited that the person is in; of a role that decides, also those who hold one."""
    people = {invitation.invited_by} - {None}
    if membership.role in DECIDER_ROLES:
        people |= set(who_runs(membership.account, at=at)) - {membership.user}
    _on_membership("joined", membership, people, about=invitation.public_id, at=at)


def membership_changed(*, membership, before, decides, by, at):
    """Tell the person what they were and are; where it is about deciding, also those who decide.

    :param before: the :class:`~.selectors.Standing` of before
    """
    people = {membership.user, *(who_runs(membership.account, at=at) if decides else ())}
    about = f"membership.{membership.pk}.{at.isoformat()}"
    after = standing(membership)
    _on_membership("changed", membership, people, about=about, at=at, before=before, after=after, by=by)


def membership_over(*, membership, by, at):
    """Tell the person that they are out; of a role that decides, also those who hold one."""
    decided = membership.role in DECIDER_ROLES or membership.stands_in_at(at)
    people = {membership.user, *(who_runs(membership.account, at=at) if decided else ())}
    _on_membership("over", membership, people, about=f"membership.{membership.pk}", at=at, by=by)


def successor_named(*, membership, by, at):
    """Tell the new primary user, the one before, and the administrators."""
    people = {membership.user, by, *who_runs(membership.account, at=at)}
    about = f"membership.{membership.pk}.{at.isoformat()}"
    _on_membership("succeeded", membership, people, about=about, at=at, by=by)


def _on_membership(mail, membership, people, *, about, at, **context):
    account, person = membership.account, membership.user
    outsiders = [one for one in people if one == person and membership.ended_at is not None]
    shared = {"account": account, "about": about, "at": at, "membership": membership, "person": person, **context}
    _post(mail, outsiders, path=reverse("home"), **shared)
    _post(mail, set(people) - set(outsiders), path=_contacts(account), **shared)


def _contacts(account):
    return reverse("account_contacts", args=[account.number])


def _post(mail, people, *, account, about, path, at, **context):
    letters = [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=about,
            context={"account": account, **context},
            language=language_for(person, account),
            zone=account.time_zone,
            path=path,
            account=account.number,
        )
        for person in sorted(set(people), key=lambda person: person.pk)
    ]
    outbox.post(letters, at=at)

"""Every mail about who belongs to an account. Reading this file is reading all of them."""

from django.urls import reverse

from notifications import outbox
from notifications.outbox import Letter

from .. import authorization
from ..permissions import DECIDER_ROLES
from ..selectors import language_and_zone_of, language_for, standing, who_runs

FOLDER = "accounts/email"


def invited(*, invitation, at):
    """Tell the person where to say yes; of a role that decides, or one of staff's, also those who decide."""
    others = who_runs(invitation.account, at=at) if invitation.role in DECIDER_ROLES or invitation.by_staff else ()
    about = f"{invitation.public_id}.{invitation.mailed}"
    shared = {"account": invitation.account, "about": about, "at": at, "invitation": invitation}
    _post("invited", [invitation.user], path=invitation.get_absolute_url(), **shared)
    _post("invited_told", others, path=_contacts(invitation.account), **shared)


def joined(*, membership, invitation, at):
    """Tell whoever invited that the person is in; of a role that decides, or one of staff's, also those who decide."""
    people = set() if invitation.by_staff else {invitation.invited_by} - {None}
    if membership.role in DECIDER_ROLES or invitation.by_staff:
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


def replacement_started(*, replacement, at):
    """Tell the primary user, the administrators and the new one who gets the place and when, and how to stop it."""
    _on_replacement("replacement_started", replacement, at=at)


def replacement_stopped(*, replacement, at):
    """Tell the same people that the primary user stays, and who stopped it."""
    _on_replacement("replacement_stopped", replacement, at=at)


def replaced(*, replacement, at):
    """Tell the same people that the place was handed over."""
    _on_replacement("replaced", replacement, at=at)


def factor_reset_started(*, reset, at):
    """Tell the person and their administrators who began it, when it takes effect, and how to stop it."""
    _on_factor_reset("factor_reset_started", reset, at=at)


def factor_reset_stopped(*, reset, at):
    """Tell the same people that the second factor stays, and who stopped it."""
    _on_factor_reset("factor_reset_stopped", reset, at=at)


def factor_reset_completed(*, reset, at):
    """Tell the same people that the second factor is gone and every session ended."""
    _on_factor_reset("factor_reset_completed", reset, at=at)


def _on_replacement(mail, replacement, *, at):
    shared = {"account": replacement.account, "about": replacement.public_id, "at": at, "replacement": replacement}
    path = reverse("replacement", args=[replacement.public_id])
    _post(mail, authorization.told_of(replacement, at=at), path=path, **shared)


def _on_factor_reset(mail, reset, *, at):
    """To the person for themself, and to each account's administrators; the outbox keeps one copy for each."""
    path = reverse("factor_reset", args=[reset.public_id])
    context = {"reset": reset, "person": reset.person}
    language, zone = language_and_zone_of(reset.person, at=at)
    letter = Letter(
        template=f"{FOLDER}/{mail}",
        to=reset.person,
        about=reset.public_id,
        context={"account": None, **context},
        language=language,
        zone=zone,
        path=path,
    )
    outbox.post([letter], at=at)
    for account in authorization.accounts_of(reset.person):
        people = authorization.run_by(account, at=at)
        _post(mail, people, account=account, about=reset.public_id, path=path, at=at, **context)


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

"""Reads for the admin site's windows."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q

from ..models import Account, Grant, Invitation, Membership
from ..permissions import Role

_SHOWN = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user):
    """Whether a person has set up a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=_SHOWN).exists()


def state_of_invitation(invitation, *, at):
    """What has become of an invitation: ``accepted``, ``withdrawn``, ``lapsed`` or ``waiting``."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "waiting" if invitation.open_at(at) else "lapsed"


def belongings_of(user):
    """The living memberships of a person, by account."""
    return Membership.objects.living().filter(user=user).select_related("account").order_by("account__name")


def access_that_ends_with(user, *, at):
    """The access that ends when a person is locked out: theirs, and what hangs under it."""
    theirs = Grant.objects.unended(at).filter(Q(grantee=user) | Q(parent__grantee=user))
    return theirs.select_related("account", "grantee").order_by("account__name", "pk")


def lapsed_invitations(*, at):
    """How many invitations lapsed and were neither answered nor sent again."""
    return Invitation.objects.unanswered().filter(lapses_at__lte=at).count()


def accounts_without_primary(*, at):
    """How many open accounts have nobody as their primary user."""
    primary = Membership.objects.living().filter(account=OuterRef("pk"), role=Role.PRIMARY)
    return Account.objects.open(at).filter(~Exists(primary)).count()

"""The end of a membership, and locking somebody out of the portal."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization, emails, selectors
from ..models import Grant, Membership, User
from ..permissions import Role
from ..signals import deciders_changed, membership_ended, person_deactivated
from .appointing import lock_accounts_around, lock_around, note, require_primary, require_primary_for_contact


@transaction.atomic
def end_membership(*, membership, by, at):
    """End a membership, and with it every access that came through it. It never comes back to life.

    :param by: the person themself, an appointer of the account, or ``None`` for the system
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it has ended, or it is the primary user, who leaves by naming a successor
    """
    lock_around(membership, at=at)
    membership.refresh_from_db()
    if membership.role == Role.PRIMARY:
        raise NotAllowedNow(_("A primary user leaves by naming a successor."))
    if by is not None and by != membership.user:
        require_ender(by, membership, at=at)
    if not Membership.objects.living().filter(pk=membership.pk).update(ended_at=at, ended_by=by):
        raise NotAllowedNow(_("This membership has ended already."))
    membership.refresh_from_db()
    note("membership.ended", membership, by=by, at=at)
    membership_ended.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=membership.account, by=by, at=at)
    emails.membership_over(membership=membership, by=by, at=at)


def require_ender(by, membership, *, at):
    """Let through who may end somebody else's membership: an appointer to its role, and the primary user alone
    where it makes an authorized contact or a stand-in less.

    :raises PermissionDenied: with a sentence fit to show
    """
    account = membership.account
    authorization.require_appointer(by, account, role=membership.role, at=at)
    require_primary_for_contact(by, account, membership.authorized_contact, at=at)
    if membership.stands_in_until is not None and membership.stands_in_until > at:
        require_primary(by, account, _("The primary user alone ends the time of a stand-in."), at=at)


def endable(*, account, memberships, by, at):
    """Which of these memberships :func:`require_ender` lets ``by`` end, as a set of their ids; one query for any
    number. Nobody's own is among them, nor that of the primary user.
    """
    roles = selectors.may_appoint(by, account, at=at)
    primary = Role.ADMINISTRATOR in roles  # the primary user alone makes administrators

    def may(one):
        stands_in = one.stands_in_until is not None and one.stands_in_until > at
        return one.role in roles and one.user_id != by.pk and (primary or not (one.authorized_contact or stands_in))

    return {one.pk for one in memberships if one.ended_at is None and may(one)}


@transaction.atomic
def deactivate_person(*, user, by, at):
    """Lock a person out of the portal: no sign-in, every session dead on its next request, and the end of what
    they hold and of what waits for them.

    The caller (staff, or a command) has been let in by the admin site.

    :raises PermissionDenied: the person is a superuser, and ``by`` is none
    :raises NotAllowedNow: they are locked out already, or are ``by``
    """
    if by is not None and user.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("A superuser is locked out by another superuser alone."))
    if by == user:
        raise NotAllowedNow(_("Nobody locks out themself."))
    living = Membership.objects.living().filter(user=user)
    lock_accounts_around(living, Grant.objects.unended(at).filter(grantee=user))
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise NotAllowedNow(_("%(name)s is locked out already.") % {"name": user})
    user.refresh_from_db()
    record("person.deactivated", by=by, subject=user.email, at=at)
    person_deactivated.send(User, user=user, by=by, at=at)
    for membership in living.select_related("account").order_by("account"):
        deciders_changed.send(Membership, account=membership.account, by=by, at=at)

"""Reads of what support proposes to change: who reads it, who answers it, what would be different."""

from dataclasses import dataclass

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from frame.wording import spell_moment

from .. import authorization
from ..models import CONFIGURED, Account, Membership, ProposedChange
from ..permissions import AccountPermission
from ..states import ChangeState, RequestKind
from .configuring import Change, configuration_of, spell_value


@dataclass(frozen=True)
class Difference(Change):
    """One thing a proposal would change: what it was when it was proposed, what it would be, and what holds now."""

    holds: object = None

    @property
    def before(self):
        """What it was, in words and in full."""
        return spell_value(self.field, self.was, in_full=True)

    @property
    def after(self):
        """What it would be, in words and in full."""
        return spell_value(self.field, self.now, in_full=True)

    @property
    def holding(self):
        """What holds now, in words and in full."""
        return spell_value(self.field, self.holds, in_full=True)

    @property
    def new(self):
        """Of a list what would come in; of anything else nothing."""
        return _only_in(self.now, self.was)

    @property
    def gone(self):
        """Of a list what would go; of anything else nothing."""
        return _only_in(self.was, self.now)


def differences_of(change):
    """What a proposal would change, thing by thing in the order of the page, beside what holds now. One query."""
    here = configuration_of(change.account)
    known = {one["field"]: one for one in change.changes}
    return [
        Difference(name, known[name]["before"], known[name]["after"], holds=getattr(here, name))
        for name in CONFIGURED
        if name in known
    ]


def reads_changes(user, account, *, at):
    """Whether this person reads every proposal of an account: who may answer such, and the account's own people who see
    the configuration.
    """
    return _read_in_full(user, at=at).filter(pk=account.pk).exists()


def changes_read_by(user, account, *, at):
    """The proposals of an account that this person may read, as a queryset, newest first: all of them, or for whoever
    does not read all those they made themselves. One query.
    """
    rows = ProposedChange.objects.filter(account=account).with_people()
    return rows.filter(Q(proposed_by=user) | Q(account__in=_read_in_full(user, at=at).order_by().values("pk")))


def change_of(account, public_id):
    """The proposal with this id in an account, or ``None``, whoever asks: for saying who answers it."""
    return ProposedChange.objects.filter(account=account, public_id=public_id).with_people().first()


def changes_waiting_in(account, user, *, at):
    """What waits in an account for an answer, of what this person may read, longest first."""
    return changes_read_by(user, account, at=at).waiting(at).order_by("proposed_at", "pk")


def changes_waiting_for(user, *, at, standing=None):
    """The proposals ``user`` may answer now, in whatever account: nobody's own, nor those of anybody with whom they
    share a partner or vendor account.

    :param standing: what ``authorization.standing_of`` says of them, where it is known already
    """
    standing = standing or authorization.standing_of(user, at=at)
    rows = ProposedChange.objects.waiting(at).filter(account__in=standing.decides[RequestKind.CHANGE])
    rows = rows.exclude(proposed_by=user)
    if standing.outside:
        colleagues = Membership.objects.active(at).filter(account__in=standing.outside).order_by().values("user")
        rows = rows.exclude(proposed_by__in=colleagues)
    return rows.with_people().order_by("respond_by", "pk")


def answerers_of(change, *, at):
    """Who may answer a proposal, as a queryset of people."""
    return authorization.deciders(change.account, RequestKind.CHANGE, at=at, apart_from=[change.proposed_by])


def changes_at_once_until(user, account, *, at):
    """Until when somebody holds temporary access with which they change the configuration without anybody's yes, or
    ``None``. One query.
    """
    hours = authorization.grants_used(user, account, AccountPermission.CHANGE_CONFIGURATION, at=at)
    return hours.filter(kind=RequestKind.HOUR).aggregate(until=Max("ends_at"))["until"]


def may_answer(user, change, *, at):
    """Whether this person may answer a proposal, so far as who they are goes: for buttons."""
    return answerers_of(change, at=at).filter(pk=user.pk).exists()


def what_became_of(change, *, at):
    """One sentence on why a proposal cannot be answered any more: who was faster and when, or what happened."""
    now = ProposedChange.objects.select_related("answered_by").get(pk=change.pk)
    said = {
        ChangeState.AGREED: _("%(name)s agreed to this change on %(when)s."),
        ChangeState.REFUSED: _("%(name)s refused this change on %(when)s."),
        ChangeState.WITHDRAWN: _("%(name)s withdrew this proposal on %(when)s."),
    }
    state = now.state_at(at)
    if state in said:
        when = spell_moment(now.answered_at, timezone.get_current_timezone())
        return said[state] % {"name": now.answered_by, "when": when}
    if state == ChangeState.OUTDATED:
        return _("The configuration was changed in between, so this proposal no longer fits. It was not applied.")
    return _("This proposal has lapsed: the time to answer, or the access it was made under, is over.")


def _read_in_full(user, *, at):
    """The accounts of which this person reads every proposal."""
    own = Membership.objects.giving(AccountPermission.VIEW_CONFIGURATION, at).filter(user=user).order_by()
    answers = authorization.decides_for(user, RequestKind.CHANGE, at=at).order_by()
    return Account.objects.filter(Q(pk__in=own.values("account")) | Q(pk__in=answers.values("pk")))


def _only_in(some, others):
    return [one for one in some if one not in others] if isinstance(some, list) else []

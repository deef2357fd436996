"""Remote sessions: started, joined, ended, called off, and with which tools they are held.

None starts without the customer's acknowledgement of the terms for that very case, whoever starts it and with whatever
tool (S1-5, S1-14).
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account
from accounts.permissions import AccountPermission
from audit.record import record
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from .. import emails, selectors
from ..models import RemoteSession, RemoteTools
from ..states import SessionStage
from .acting import note
from .planning import act_on
from .threads import say

LINK_MAX, INSTRUCTIONS_MAX, TOOLS_MAX = 500, 2000, 300
_CUTS_A_LINK_SHORT = set("<>\"'`()[]{}|\\^*")


@transaction.atomic
def start_session(*, session, joining, by, at, support=False):
    """Begin a session, and say on the case how to join it. Support begins it with its own tool; where the account does
    not permit that, only the customer can (S1-26, S1-28).

    :param joining: the link to join by, where support's own tool is used; otherwise instructions, in Markdown
    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: the other side begins this one
    :raises NotAllowedNow: nobody accepted the terms for this case, or something else stands in the way
    :raises ValidationError: there is no way to join; its ``code`` is ``joining``
    """
    acting, session = act_on(session, by=by, at=at, support=support)
    if not Account.objects.open(at).filter(pk=acting.account.pk).exists():
        raise NotAllowedNow(_("This account is closed."))
    acknowledgement = selectors.valid_acknowledgement(acting.case, at)
    reason = selectors.why_not_start(session, acting.case, acknowledgement, at=at)
    if reason:
        raise NotAllowedNow(reason)
    _require_side(session, acting, at=at)
    joining = _checked_link(joining) if session.ours else _checked_instructions(joining)
    started = RemoteSession.objects.ahead().filter(pk=session.pk)
    if not started.update(started_at=at, started_by=by, acknowledgement=acknowledgement):
        raise NotAllowedNow(_("This session has started already."))
    session.refresh_from_db(fields=["started_at", "started_by", "acknowledgement"])
    with translation.override(acting.account.language):
        words = _("The remote session has started, with %(tool)s. How to join:") % {"tool": _plainly(session.tool)}
    say(acting, text=f"{words}\n\n{f'<{joining}>' if session.ours else joining}", at=at)
    note("session.started", acting, at=at, session=str(session.public_id), tool=session.tool)
    emails.sessions.session_started(session=session, by=by, at=at)
    return session


@transaction.atomic
def join_session(*, session, by, at):
    """Note that support has joined a session that the customer has begun.

    :raises PermissionDenied: ``by`` is no associate
    :raises NotAllowedNow: it does not run, support has joined it already, or nobody accepted the terms for this case
    """
    acting, session = act_on(session, by=by, at=at, support=True)
    if session.ours:
        raise NotAllowedNow(_("Support begins this session itself; there is nothing to join."))
    if session.stage != SessionStage.RUNNING:
        raise NotAllowedNow(selectors.what_became_of(session) or _("This session has not started yet."))
    if selectors.valid_acknowledgement(acting.case, at) is None:
        raise NotAllowedNow(_("Nobody of the customer has accepted the remote access rider for this case."))
    at = max(at, session.started_at)  # clocks of two machines may differ a little
    joined = RemoteSession.objects.running().filter(pk=session.pk, joined_at=None)
    if not joined.update(joined_at=at, joined_by=by):
        raise NotAllowedNow(_("Support has joined already."))
    session.refresh_from_db(fields=["joined_at", "joined_by"])
    note("session.joined", acting, at=at, session=str(session.public_id))
    return session


@transaction.atomic
def end_session(*, session, by, at, support=False):
    """End a running session; either side can, whatever has become of the case.

    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it does not run
    """
    acting, session = act_on(session, by=by, at=at, support=support)
    at = max(at, session.started_at or at)  # clocks of two machines may differ a little
    if not RemoteSession.objects.running().filter(pk=session.pk).update(ended_at=at, ended_by=by):
        raise NotAllowedNow(
            _("This session has not started yet.")
            if session.stage in (SessionStage.TO_PLAN, SessionStage.PLANNED)
            else selectors.what_became_of(session)
        )
    session.refresh_from_db(fields=["ended_at", "ended_by"])
    lasted = round(session.lasted.total_seconds())
    note("session.ended", acting, at=at, session=str(session.public_id), seconds=lasted)
    emails.sessions.session_ended(session=session, by=by, at=at)
    return session


@transaction.atomic
def call_off_session(*, session, by, at, support=False):
    """Say that a session will not be held; either side can, as long as it has not started.

    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it has started, or was called off already
    """
    acting, session = act_on(session, by=by, at=at, support=support)
    ahead = RemoteSession.objects.ahead().filter(pk=session.pk)
    if not ahead.update(cancelled_at=at, cancelled_by=by, revision=F("revision") + 1):
        raise NotAllowedNow(selectors.what_became_of(session))
    session.refresh_from_db(fields=["cancelled_at", "cancelled_by", "revision"])
    note("session.cancelled", acting, at=at, session=str(session.public_id))
    emails.sessions.session_called_off(session=session, by=by, at=at)
    return session


@transaction.atomic
def change_remote_tools(*, account, primary_permitted, others, by, at, case=None):
    """Say which tools an account permits for remote sessions. It holds for every session that has not started and
    for which the customer has not given a link of its own (S1-27).

    :param others: the tools it permits instead, in words
    :param case: the one on which the customer has told it, where ``by`` is an associate who writes it down; whoever
        speaks for the customer is told
    :raises PermissionDenied: ``by`` may not
    :raises ValidationError: it permits none at all, or nothing was changed
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if case is not None:
        authorization.require_associate(by, at=at)
    else:
        authorization.require(by, AccountPermission.CHANGE_SETTINGS, account, at=at)
    others = one_paragraph(others)
    if not primary_permitted and not any(char.isalnum() for char in others):
        raise ValidationError(_("Name at least one tool that is permitted."), code="others")
    if len(others) > TOOLS_MAX:
        raise ValidationError(_("Name the tools in %(count)d signs at most.") % {"count": TOOLS_MAX}, code="others")
    before = selectors.tools_of(account)
    was = (before.ours, before.row.others if before.row else "")
    if (primary_permitted, others) == was:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")
    row, _new = RemoteTools.objects.update_or_create(
        account=account,
        defaults={"primary_permitted": primary_permitted, "others": others, "changed_at": at, "changed_by": by},
    )
    now = selectors.tools_of(account)
    ahead = RemoteSession.objects.ahead().filter(case__account=account)
    ahead = ahead.exclude(request__link__gt="")  # the customer gave a way to meet of its own
    ahead.update(ours=now.ours, tool=now.name)
    facts = {"before": list(was), "after": [primary_permitted, others], "by_support": case is not None}
    told_on = case.number if case else ""
    record("tools.changed", account=account, by=by, subject=account.number, case=told_on, at=at, **facts)
    if case is not None:
        emails.cases.tools_noted(case=case, before=before, now=now, by=by, at=at)
    return row


def _require_side(session, acting, *, at):
    """Only support begins what it holds with its own tool, and only the account's own people begin what is held with
    theirs: nobody to whom the account was lent, whoever lent it.
    """
    facts = {"account": acting.account.name, "tool": session.tool}
    if session.ours and not acting.support:
        raise PermissionDenied(_("Support begins this session, with %(tool)s.") % facts)
    if not session.ours and (acting.support or not selectors.belongs_to(acting.by, acting.account, at=at)):
        raise PermissionDenied(_("%(account)s begins this session, with %(tool)s. Support joins it.") % facts)


def _checked_link(link):
    link = link.strip()
    try:
        URLValidator(schemes=["https"])(link)
    except ValidationError as error:
        raise ValidationError(_("Give the link to join by. It begins with https://."), code="joining") from error
    if len(link) > LINK_MAX or _CUTS_A_LINK_SHORT & set(link):
        raise ValidationError(_("This link cannot be written on the case. Give a shorter, plain one."), code="joining")
    return link


def _checked_instructions(words):
    words = "\n".join(words.split("\r\n")).strip()
    if not any(char.isalnum() for char in words):
        raise ValidationError(_("Say how support joins."), code="joining")
    if len(words) > INSTRUCTIONS_MAX:
        raise ValidationError(_("Say it in %(count)d signs at most.") % {"count": INSTRUCTIONS_MAX}, code="joining")
    return words


def _plainly(words):
    """Words that Markdown takes as they are."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]()<>#+-.!|~" else char for char in words)

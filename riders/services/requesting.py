"""Asking support for a remote session, and support's answer."""

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.permissions import AccountPermission
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph, several_lines

from .. import selectors
from ..emails import terms as emails
from ..models import RemoteSession, SessionRequest
from ..states import UNSOLVED, Why, WhyNot
from ..states import SessionRequestState as S
from .acknowledging import accept, send
from .acting import as_customer, as_support, note
from .threads import follow

_LINK = URLValidator(schemes=["https"])


@transaction.atomic
def request_session(*, case, why, expectation, impact, by, at, link="", digest="", agreed=False):
    """Ask support for a session on a case.

    Where nobody has accepted the terms for the case, whoever may do so accepts them here: both are saved, or neither.
    What anybody else asks is kept until one of those has accepted, who are told (S1-29).

    :param why: a :class:`~riders.states.Why`
    :param link: where the customer would hold it; without one support gives a link
    :param digest: SHA-256 of the version of the terms that was read with it
    :param agreed: the box under the terms was ticked
    :returns: the :class:`~riders.models.SessionRequest`, submitted or a draft
    :raises PermissionDenied: ``by`` may not write on cases of this account, or not accept terms
    :raises ValidationError: something is missing
    :raises NotAllowedNow: one waits already, the case is not worked on, or another version of the terms holds now
    """
    words = _checked(why, expectation, impact, link)
    acting = as_customer(account=case.account, case=case, by=by, at=at)
    _refuse_where_none_can_be_asked(acting.case, at)
    holds = selectors.valid_acknowledgement(acting.case, at) is not None
    accepts = not holds and authorization.allows(by, AccountPermission.ACCEPT_TERMS, acting.account, at=at)
    if digest and not holds and not accepts:
        raise PermissionDenied(_("You may not accept terms for account %(number)s.") % {"number": case.account.number})
    if accepts:
        accept(acting, digest=digest, agreed=agreed, at=at)
    request = SessionRequest.objects.create(case=acting.case, state=S.DRAFT, asked_by=by, asked_at=at, **words)
    follow(acting.case, by, at=at)
    if holds or accepts:
        send(acting, request, at=at)
        return request
    note("session.drafted", acting, at=at, request=request.pk, why=request.why)
    emails.terms_asked(case=acting.case, rider=_published(), by=by, at=at, draft=request)
    return request


@transaction.atomic
def withdraw_session_request(*, request, by, at):
    """Take back a request that nobody has answered yet.

    :raises PermissionDenied: ``by`` may not write on cases of this account
    :raises NotAllowedNow: it was answered meanwhile
    """
    acting = as_customer(account=request.case.account, case=request.case, by=by, at=at)
    submitted = SessionRequest.objects.filter(pk=request.pk, state=S.SUBMITTED).exists()
    _move(request, from_=(S.DRAFT, S.SUBMITTED), to=S.WITHDRAWN, by=by, at=at)
    note("session.withdrawn", acting, at=at, request=request.pk)
    if submitted:
        emails.session_answered(request=request, at=at)
    return request


def withdraw_with_case(acting, *, at):
    """Take back what waits on the locked case, on which nobody works any more: no session answers it. Told as ever.

    :returns: the request, or ``None``
    """
    waiting = selectors.waiting_request(acting.case)
    if waiting is not None:
        submitted = waiting.state == S.SUBMITTED
        _move(waiting, from_=(S.DRAFT, S.SUBMITTED), to=S.WITHDRAWN, by=acting.by, at=at)
        if submitted:
            emails.session_answered(request=waiting, at=at)
    return waiting


@transaction.atomic
def accept_session_request(*, request, by, at):
    """Agree to hold a session; when, is settled next (S1-25).

    With support's own tool, unless the account does not permit it or the customer gave a link of its own (S1-28).

    :returns: the :class:`~riders.models.RemoteSession`, not planned yet
    :raises PermissionDenied: ``by`` is no validated associate, or has asked for it
    :raises NotAllowedNow: it was answered meanwhile, or the case is closed
    """
    acting = _as_answering(request, by, at)
    _move(request, from_=(S.SUBMITTED,), to=S.ACCEPTED, by=by, at=at)
    ours, tool = _tool_for(acting.account, request.link)
    session = RemoteSession.objects.create(
        case=acting.case, request=request, created_by=by, created_at=at, ours=ours, tool=tool
    )
    follow(acting.case, by, at=at)
    note("session.accepted", acting, at=at, request=request.pk, session=str(session.public_id), tool=tool)
    emails.session_answered(request=request, at=at)
    return session


@transaction.atomic
def decline_session_request(*, request, why_not, by, at, words=""):
    """Say that there will be no session, and why (S1-3).

    :param why_not: a :class:`~riders.states.WhyNot`
    :param words: what there is to say beside it; another reason needs them
    :raises PermissionDenied: ``by`` is no validated associate, or has asked for it
    :raises ValidationError: no reason, or another reason without words
    :raises NotAllowedNow: it was answered meanwhile, or the case is closed
    """
    words = one_paragraph(words)
    if why_not not in WhyNot.values:
        raise ValidationError(_("Choose why there is no session."), code="why_not")
    if why_not == WhyNot.OTHER and not any(char.isalnum() for char in words):
        raise ValidationError(_("Say in words why there is no session."), code="words")
    acting = _as_answering(request, by, at)
    _move(request, from_=(S.SUBMITTED,), to=S.DECLINED, by=by, at=at, why_not=why_not, words=words[:500])
    follow(acting.case, by, at=at)
    note("session.declined", acting, at=at, request=request.pk, why_not=why_not)
    emails.session_answered(request=request, at=at)
    return request


def _checked(why, expectation, impact, link):
    """What was typed, as it is kept.

    :raises ValidationError: with the name of the field as its code
    """
    if why not in Why.values:
        raise ValidationError(_("Choose what the session is good for."), code="why")
    expectation, impact = several_lines(expectation), several_lines(impact)
    if not any(char.isalnum() for char in expectation):
        raise ValidationError(_("Say what you expect of the session."), code="expectation")
    if not any(char.isalnum() for char in impact):
        raise ValidationError(_("Say what the problem stops or slows down now."), code="impact")
    try:
        if link:
            _LINK(link)
    except ValidationError as error:
        raise ValidationError(_("Give a whole address that begins with https://."), code="link") from error
    return {"why": why, "expectation": expectation, "impact": impact, "link": link}


def _refuse_where_none_can_be_asked(case, at):
    if case.state_at(at) not in UNSOLVED:
        raise NotAllowedNow(_("Sessions are asked for on a case that is worked on. Reopen it, or open a new one."))
    waiting = selectors.waiting_request(case)
    if waiting is not None:
        words = _("%(name)s has asked for a session on this case already. It waits for an answer.")
        raise NotAllowedNow(words % {"name": waiting.asked_by})
    _published()


def _published():
    rider = selectors.current_rider()
    if rider is None:
        raise NotAllowedNow(_("Support has published no terms for remote sessions yet. Without them there is none."))
    return rider


def _as_answering(request, by, at):
    acting = as_support(account=request.case.account, case=request.case, by=by, at=at)
    if request.asked_by_id == by.pk:
        raise PermissionDenied(_("You have asked for this session. Somebody else of support answers."))
    if acting.case.state_at(at) not in UNSOLVED:
        raise NotAllowedNow(_("This case is not worked on any more. Reopen it first."))
    return acting


def _move(request, *, from_, to, by, at, **answer):
    """Change the state if the request still waits; of two who answer at once, one finds that it does not.

    :raises NotAllowedNow: it was answered meanwhile
    """
    waiting = SessionRequest.objects.filter(Q(state__in=from_), pk=request.pk)
    if not waiting.update(state=to, answered_by=by, answered_at=at, **answer):
        now = selectors.find_session_request(request.case, request.pk)
        if now.answered_by is None:
            raise NotAllowedNow(_("Nobody has accepted the terms for this case yet."))
        words = _("This was settled already, by %(name)s: %(state)s.")
        raise NotAllowedNow(words % {"name": now.answered_by, "state": now.get_state_display()})
    request.refresh_from_db()


def _tool_for(account, link):
    """Whether a session is held with support's own tool, and what the tool is called."""
    tools = selectors.tools_of(account)
    if link:
        own = tools.row.others if tools.row else ""
        return False, own or urlsplit(link).hostname
    return tools.ours, tools.name

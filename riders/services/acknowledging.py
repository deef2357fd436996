"""The terms of remote access: asked for on a case, and accepted or declined for that very case."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.permissions import AccountPermission
from audit import edge
from frame.refusals import NotAllowedNow

from .. import selectors
from ..emails import terms as emails
from ..models import Acknowledgement, SessionRequest, SupportCase
from ..states import Answer, CaseState, SessionRequestState
from .acting import as_customer, as_support, note
from .cases import open_case
from .threads import say
from .turning import turn


@transaction.atomic
def ask_for_terms(*, case, by, at):
    """Put the way to the terms on a case, and mail those who may accept them (S1-9).

    :raises PermissionDenied: ``by`` is no validated associate
    :raises NotAllowedNow: there is nothing to ask for, or it was asked a moment ago
    """
    acting = as_support(account=case.account, case=case, by=by, at=at)
    rider = _answerable(acting.case, at)
    _refuse_asking_again(acting.case, at)
    SupportCase.objects.filter(pk=case.pk).update(rider_asked_at=at, rider_asked_by=by)
    acting.case.refresh_from_db(fields=["rider_asked_at", "rider_asked_by"])
    with translation.override(acting.account.language):
        say(acting, text=_words_that_ask(acting, rider), at=at)
    note("rider.asked", acting, at=at, version=rider.version, rider=rider.digest)
    emails.terms_asked(case=acting.case, rider=rider, by=by, at=at)
    return acting.case


@transaction.atomic
def acknowledge(*, case, digest, agreed, by, at):
    """Accept the terms for a case; a request for a session that has waited for that goes to support with it.

    :param digest: SHA-256 of the version that was read
    :param agreed: the box was ticked
    :returns: the :class:`~riders.models.Acknowledgement`
    :raises PermissionDenied: ``by`` may not accept terms for this account
    :raises ValidationError: the box was not ticked
    :raises NotAllowedNow: another version holds now, somebody was faster, or the case is closed for good
    """
    acting = as_customer(account=case.account, case=case, by=by, right=AccountPermission.ACCEPT_TERMS, at=at)
    given = accept(acting, digest=digest, agreed=agreed, at=at)
    draft = SessionRequest.objects.filter(case=acting.case, state=SessionRequestState.DRAFT).first()
    if draft is not None and authorization.allows(draft.asked_by, AccountPermission.WRITE_CASES, acting.account, at=at):
        send(acting, draft, at=at)
    elif draft is not None:  # whoever wrote it may not ask for a session any more
        over = {"state": SessionRequestState.WITHDRAWN, "answered_at": at, "answered_by": by}
        SessionRequest.objects.filter(pk=draft.pk).update(**over)
        note("session.withdrawn", acting, at=at, request=draft.pk)
    emails.terms_answered(given=given, at=at)
    return given


@transaction.atomic
def decline_terms(*, case, digest, by, at):
    """Say no to the terms for a case. It can still be accepted later.

    :param digest: SHA-256 of the version that was read
    :returns: the :class:`~riders.models.Acknowledgement`, which says declined
    :raises PermissionDenied: ``by`` may not answer for this account
    :raises NotAllowedNow: another version holds now, it was answered so already, or the case is closed for good
    """
    acting = as_customer(account=case.account, case=case, by=by, right=AccountPermission.ACCEPT_TERMS, at=at)
    rider = _answerable(acting.case, at, read=digest)
    last = selectors.last_answer_to(acting.case)
    asked = acting.case.rider_asked_at
    if last and last.rider_id == rider.pk and not (asked and asked > last.given_at):
        raise NotAllowedNow(_("%(name)s has declined these terms for this case already.") % {"name": last.given_by})
    given = _record(acting, rider, Answer.DECLINED, at)
    note("rider.declined", acting, at=at, version=rider.version, rider=rider.digest)
    emails.terms_answered(given=given, at=at)
    return given


@transaction.atomic
def open_case_with_terms(*, account, digest, by, at, **facts):
    """Report something to support and accept the terms for it in the same breath: both, or neither (S1-6).

    :param facts: as :func:`~riders.services.open_case` takes them
    :returns: the case
    :raises PermissionDenied: ``by`` may not open cases, or not accept terms
    :raises ValidationError: something is missing
    :raises NotAllowedNow: another version holds now
    """
    case = open_case(account=account, by=by, at=at, **facts)
    acknowledge(case=case, digest=digest, agreed=True, by=by, at=at)
    return case


def accept(acting, *, digest, agreed, at):
    """Record that the terms were accepted for the locked case, as part of a service whose caller has asked the door.

    :raises ValidationError: the box was not ticked
    :raises NotAllowedNow: another version holds now, somebody was faster, or the case is closed for good
    """
    if acting.support:
        raise PermissionDenied(_("Support cannot accept its own terms."))
    rider = _answerable(acting.case, at, read=digest)
    if not agreed:
        words = _("Nothing was recorded: the box is not ticked. Tick it to accept the terms.")
        raise ValidationError(words, code="agreed")
    given = _record(acting, rider, Answer.ACCEPTED, at)
    note("rider.acknowledged", acting, at=at, version=rider.version, rider=rider.digest)
    return given


def send(acting, request, *, at):
    """Put a request for a session before support: the line, and the mails. A case that waited for the customer waits
    for support from now on.
    """
    SessionRequest.objects.filter(pk=request.pk).update(state=SessionRequestState.SUBMITTED)
    request.refresh_from_db()
    if acting.case.state == CaseState.WAITING_CUSTOMER:
        turn(acting, CaseState.WAITING_SUPPORT, at=at)
    SupportCase.objects.filter(pk=acting.case.pk).update(changed_at=at)
    note("session.requested", acting, at=at, request=request.pk, why=request.why)
    emails.session_requested(request=request, by=acting.by, at=at)


def _answerable(case, at, *, read=None):
    """The version that can be answered for the locked case now; where somebody answers, the one they have read."""
    if case.state_at(at) == CaseState.CLOSED:
        raise NotAllowedNow(_("This case is closed for good. Terms are accepted for a case that lives."))
    accepted = selectors.acceptance_of(case)
    if accepted is not None:
        raise NotAllowedNow(
            _("%(name)s has accepted version %(version)s for this case already. It holds as long as the case lives.")
            % {"name": accepted.given_by, "version": accepted.rider.version}
        )
    rider = selectors.current_rider()
    if rider is None:
        raise NotAllowedNow(_("Support has published no terms yet. There is nothing to accept."))
    if read is not None and read != rider.digest:
        words = _("Nothing was recorded: version %(version)s of the terms holds now. Read it, then answer.")
        raise NotAllowedNow(words % {"version": rider.version})
    return rider


def _refuse_asking_again(case, at):
    asked = case.rider_asked_at
    if asked is None or at - asked >= settings.PORTAL_SEND_AGAIN_EVERY or selectors.declined_since(case, asked):
        return
    raise NotAllowedNow(
        _("%(name)s has asked for it a moment ago. It can be asked again within the hour.")
        % {"name": case.rider_asked_by}
    )


def _record(acting, rider, answer, at):
    here = edge.current()
    return Acknowledgement.objects.create(
        case=acting.case,
        rider=rider,
        digest=rider.digest,
        answer=answer,
        given_by=acting.by,
        given_at=at,
        address=(here.ip or "")[:45],
        user_agent=here.user_agent[:300],
    )


def _words_that_ask(acting, rider):
    address = reverse("account_terms", args=[acting.account.number, acting.case.number])
    return _(
        "Before we start a remote session on this case, somebody of yours who may accept terms has to read the remote"
        " access rider (version %(version)s) and accept it for case %(case)s:\n\n"
        "[Read the terms and answer](%(link)s)\n\n"
        "An answer in a comment does not count."
    ) % {
        "version": rider.version,
        "case": acting.case.number,
        "link": settings.PORTAL_BASE_URL + address,
    }

"""The page behind the buttons in the mail. Opening it never decides anything."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.authorization import granted
from accounts.permissions import LENDABLE, AccountPermission
from accounts.states import RequestKind
from audit import edge
from frame import clock
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow
from frame.wording import spell_list
from notifications.services import read_notices_about

from .. import selectors, services
from ..forms import DecisionForm, switches
from ..models import AccessRequest
from ..states import Status
from .hour import decide_hour
from .reading import changed_meanwhile


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, public_id):
    """Read, and answer: *Approve access*, *Deny access*, *I did not expect this*."""
    at = clock.now()
    access_request = _find_decidable(request, public_id, at=at)
    if access_request.kind == RequestKind.HOUR:
        return decide_hour(request, access_request, at=at)
    preselected = request.GET.get("answer")
    form = DecisionForm(request.POST if request.method == "POST" else None, access_request=access_request, at=at)
    if request.method == "POST" and not within(request, "decide"):
        form.add_error(None, TOO_OFTEN)
        return _page(request, access_request, form, status=429, preselected=preselected, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            return _answer(request, access_request, form, at=at)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as refusal:
            return changed_meanwhile(request, access_request, form.seen, refusal)
    if request.method == "POST" and form.is_stale:
        return changed_meanwhile(
            request, access_request, form.seen, selectors.what_happened_instead(access_request, form.seen, at=at)
        )
    status = 400 if request.method == "POST" else 200
    return _page(request, access_request, form, status=status, preselected=preselected, at=at)


def _answer(request, access_request, form, *, at):
    answer, who = (
        form.cleaned_data["answer"],
        {"request": access_request, "seen": form.seen, "by": request.user},
    )
    if answer == form.APPROVE:
        request.require_fresh_second_factor()
        services.approve_request(at=at, **who, **form.given())
        words = _("Approved. %(name)s has been told.")
    elif answer == form.DENY:
        services.deny_request(at=at, note=form.cleaned_data.get("note", ""), **who)
        words = _("Denied. %(name)s has been told.")
    else:
        services.report_unexpected(at=at, **who)
        words = _("Denied and reported. %(name)s cannot ask again until somebody of you allows it.")
    read_notices_about(user=request.user, path=request.path, at=at)
    messages.success(
        request,
        words % {"name": access_request.asker if answer == form.UNEXPECTED else access_request.beneficiary},
    )
    return redirect(access_request)


def _find_decidable(request, public_id, *, at):
    """The request, for whoever may answer it. A fellow member is told who does; for anybody else it does not exist.

    :raises PermissionDenied: somebody else of the account decides
    :raises Http404: unknown, or none of this person's business
    """
    edge.concern(selectors.account_number_of(public_id))
    found = AccessRequest.objects.with_people().filter(public_id=public_id).first()
    if found is None or not (
        selectors.may_decide(request.user, found, at=at) or selectors.is_insider(request.user, found, at=at)
    ):
        raise Http404
    if not selectors.may_decide(request.user, found, at=at):
        names = spell_list([str(person) for person in selectors.deciders_of(found, at=at)])
        raise PermissionDenied(
            _("You are signed in as %(you)s. This request is answered by %(names)s.")
            % {"you": request.user.email, "names": names or _("nobody at present")}
        )
    return found


def _page(request, access_request, form, *, status, preselected, at):
    asked = access_request.rights
    grant = access_request.grant if access_request.status == Status.APPROVED else None
    rows = switches(form, rights=asked, opens=accounts.opens_today(access_request.account))
    context = {
        "access_request": access_request,
        "status": access_request.status_at(at),
        "form": form,
        "switches": rows,
        "not_asked": [right for right in LENDABLE if right not in asked],
        "never": [right for right in AccountPermission if right not in LENDABLE],
        "terms": selectors.request_terms(access_request),
        "preselected": preselected if preselected in (form.APPROVE, form.DENY) else "",
        "moves": selectors.possible_moves(access_request, request.user, at=at),
        "partner_since": selectors.linked_since(access_request),
        "blocks": selectors.standing_blocks(access_request.account, access_request.people),
        "grant": grant,
        "rights_given": granted(grant) if grant else [],
        "may_end": grant is not None and grant.unended_at(at) and services.may_end(request.user, grant, at=at),
        "at": at,
    }
    return render(request, "access_requests/decide.html", context, status=status)

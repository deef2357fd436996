"""What support proposes to change: proposing it, reading the difference, and answering in writing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from frame import clock
from frame.paging import page_of
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow, TooMuch
from frame.wording import spell_list
from notifications.services import read_notices_about

from .. import authorization, selectors, services
from ..forms import ChangeAnswerForm, ProposalForm
from ..permissions import AccountPermission as P
from ..states import ChangeState
from .entering import enter, show

SIGNING_IN = {"metadata_url", "certificate"}


def propose(request, visit, grants, read_again):
    """The form of the configuration for whoever of support can only propose: nothing is changed by sending it.

    :param grants: the access it can stand on
    :param read_again: makes of a form that came too late one to be looked at over what holds now
    """
    here = selectors.configuration_of(visit.account)
    initial = ProposalForm.initial_of(here) | _once_more(request, visit)
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=initial, grants=grants)
    conflict, status = {}, 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            change = services.propose_change(
                account=visit.account, seen=form.seen, by=request.user, at=clock.now(), **form.proposed()
            )
        except ValidationError as error:
            code = getattr(error, "code", None)
            form.add_error(code if code in form.fields else None, error)
        except TooMuch as refusal:
            form.add_error(None, str(refusal))
            status = 429
        except NotAllowedNow as refusal:
            here = ProposalForm.initial_of(selectors.configuration_of(visit.account))
            (form, conflict), status = read_again(form, here, refusal, grants=grants), 409
        else:
            messages.success(request, _("Sent. It is made once one of them has agreed in writing, and not before."))
            return redirect(change)
    context = {"form": form, "proposing": True, "may_read": P.VIEW_CONFIGURATION in visit.rights, **conflict}
    return show(request, visit, "configuration_change", context, status=status)


@require_safe
def change_list(request, number):
    """Every proposal of the account that the reader may read, newest first, by how far it is."""
    at = clock.now()
    visit = enter(request, number, permission=None, page="changes", looking=False)
    state = request.GET.get("state", "")
    if state and state not in ChangeState.values:
        raise Http404
    rows = selectors.changes_read_by(request.user, visit.account, at=at)
    if not visit.inside and not rows.exists():
        raise Http404
    if visit.inside and not selectors.reads_changes(request.user, visit.account, at=at):
        authorization.require(request.user, P.VIEW_CONFIGURATION, visit.account, at=at)
    rows = rows.with_state_now(at)
    page = page_of(request, rows.filter(state_now=state) if state else rows)
    services.look(visit=visit, user=request.user, at=at)
    waiting = selectors.changes_waiting_for(request.user, at=at).filter(pk__in=[row.pk for row in page.object_list])
    context = {
        "page": page,
        "state": state,
        "states": ChangeState.choices,
        "waiting": set(waiting.values_list("pk", flat=True)),
        "at": at,
    }
    return show(request, visit, "changes", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request, number, public_id):
    """Read what support would change, and answer: *Agree, and change it*, *Refuse*; or take back what one proposed.

    Opening it decides nothing.
    """
    at = clock.now()
    visit, found = _find(request, number, public_id, at=at)
    if request.method != "POST":
        services.look(visit=visit, user=request.user, at=at)
        return _page(request, visit, found, ChangeAnswerForm(initial={"digest": found.digest}), at=at)
    form = ChangeAnswerForm(request.POST)
    if not within(request, "decide"):
        form.add_error(None, TOO_OFTEN)
        return _page(request, visit, found, form, status=429, at=at)
    if form.is_valid():
        try:
            return _answer(request, found, form, at=at)
        except ValidationError as error:
            code = getattr(error, "code", None)
            # What the configuration cannot be any more is said under no field: this form has none of its fields
            form.add_error(code if code in form.fields else None, error.messages)
        except NotAllowedNow as refusal:
            found.refresh_from_db()
            again = ChangeAnswerForm(initial={"digest": found.digest, "words": form.cleaned_data["words"]})
            return _page(request, visit, found, again, status=409, refusal=str(refusal), at=at)
    return _page(request, visit, found, form, status=400, at=at)


def _answer(request, found, form, *, at):
    data = form.cleaned_data
    if data["answer"] == form.AGREE:
        if selectors.may_answer(request.user, found, at=at):
            request.require_fresh_second_factor()
        services.agree_to_change(change=found, digest=data["digest"], words=data["words"], by=request.user, at=at)
        words = _("Changed, exactly as you read it. %(name)s has been told.")
    elif data["answer"] == form.REFUSE:
        services.refuse_change(change=found, words=data["words"], by=request.user, at=at)
        words = _("Refused. Nothing was changed, and %(name)s has been told.")
    else:
        services.withdraw_change(change=found, by=request.user, at=at)
        words = _("Withdrawn. Nobody can agree to it any more, and those who were asked have been told.")
    read_notices_about(user=request.user, path=request.path, at=at)
    messages.success(request, words % {"name": found.proposed_by})
    return redirect(found)


def _find(request, number, public_id, *, at):
    """The visit and the proposal, for whoever may read it. A fellow member is told who answers; for anybody else it
    does not exist.

    :raises PermissionDenied: somebody else of the account answers
    :raises Http404: unknown, or none of this person's business
    """
    visit = enter(request, number, permission=None, page="change", looking=False)
    found = selectors.changes_read_by(request.user, visit.account, at=at).filter(public_id=public_id).first()
    if found is None:
        known = selectors.change_of(visit.account, public_id) if visit.inside else None
        if known is None:
            raise Http404
        names = spell_list([str(person) for person in selectors.answerers_of(known, at=at)])
        raise PermissionDenied(
            _("You are signed in as %(you)s. This change is answered by %(names)s.")
            % {"you": request.user.email, "names": names or _("nobody at present")}
        )
    return visit, found


def _page(request, visit, found, form, *, at, status=200, refusal=""):
    state = found.state_at(at)
    differences = selectors.differences_of(found)
    waits = state == ChangeState.WAITING
    context = {
        "change": found,
        "company": found.grant.membership.account,
        "state": state,
        "differences": differences,
        "overtaken": state == ChangeState.OUTDATED,
        "at_once_until": selectors.changes_at_once_until(found.proposed_by, visit.account, at=at) if waits else None,
        "signing_in": any(one.field in SIGNING_IN for one in differences),
        "form": form,
        "refusal": refusal,
        "mine": found.proposed_by == request.user,
        "may_answer": waits and selectors.may_answer(request.user, found, at=at),
        "answerers": list(selectors.answerers_of(found, at=at)) if waits and visit.inside else [],
        "may_propose": P.CHANGE_CONFIGURATION in visit.rights,
        "at": at,
    }
    return show(request, visit, "change", context, status=status)


def _once_more(request, visit):
    """What one's own proposal said that could not be applied, to be proposed anew over what holds now."""
    again = request.GET.get("again", "")
    mine = selectors.change_of(visit.account, again) if again.isalnum() else None
    if mine is None or mine.proposed_by != request.user:
        return {}
    return mine.wanted | {"reason": mine.reason}

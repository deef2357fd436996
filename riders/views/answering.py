"""What the customer's page of a case and support's share: the thread, the answer below it, following, closing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from frame.paging import page_of
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import AnswerForm, SeenForm
from ..states import CaseState, moves


def answer(request, case, *, support, at):
    """Say on a case what was sent, if anything was.

    :returns: whether it was said, and else what the page shows of it, with its status
    """
    form = _form(case, request.POST if request.method == "POST" else None, support=support, at=at)
    if request.method != "POST":
        return False, {"form": form, "refusal": ""}, 200
    if form.is_valid() and not within(request, "comment"):
        form.add_error(None, TOO_OFTEN)
        return False, {"form": form, "refusal": ""}, 429
    try:
        said = form.is_valid() and _say(request, form, case, support=support, at=at)
    except NotAllowedNow as refusal:
        case.refresh_from_db()
        again = _form(case, None, support=support, at=at, text=form.cleaned_data["text"])
        return False, {"form": again, "refusal": str(refusal)}, 409
    return said, {"form": form, "refusal": ""}, 400


def about(request, case, *, support, at):
    """What every page of a case shows of it: how far it is, a page of what was said, and what its reader may do."""
    state = case.state_at(at)
    return {
        "case": case,
        "account": case.account,
        "state": state,
        "page": page_of(request, selectors.thread(case), newest_last=True),
        "follows": case.is_followed,
        "moves": moves(state, support=support),
        "at": at,
    }


def follow(request, case, *, support, at):
    """Follow a case from now on, or stop doing so, whichever was sent; answers whether either was."""
    wish = request.POST.get("follow")
    if wish == "yes":
        services.follow_case(case=case, by=request.user, support=support, at=at)
        messages.success(request, _("You follow this case. You are told what happens on it."))
    elif wish == "no":
        services.unfollow_case(case=case, by=request.user, support=support, at=at)
        messages.success(request, _("You do not follow this case any more."))
    return wish in ("yes", "no")


def close(request, case, *, support, at):
    """Close a case for good, if that was sent.

    :returns: whether it was closed, and else the form
    """
    posted = request.POST if request.method == "POST" else None
    form = SeenForm(posted, initial={"seen": case.state_at(at)})
    if not form.is_valid():
        return False, form
    seen = form.cleaned_data["seen"]
    services.move_case(case=case, to=CaseState.CLOSED, seen=seen, by=request.user, support=support, at=at)
    messages.success(request, _("Closed for good. It stays in the list."))
    return True, form


def _form(case, posted, *, support, at, text=""):
    state = case.state_at(at)
    return AnswerForm(posted, offered=moves(state, support=support), initial={"seen": state, "text": text})


def _say(request, form, case, *, support, at):
    sent, who = form.cleaned_data, {"by": request.user, "support": support, "at": at}
    try:
        if sent["to"]:
            services.move_case(case=case, to=sent["to"], text=sent["text"], seen=sent["seen"], **who)
        else:
            services.post_comment(case=case, text=sent["text"], **who)
    except ValidationError as error:
        form.add_error(error.code if error.code in form.fields else None, error)
        return False
    messages.success(request, _("Kept. Whoever follows the case has been told."))
    return True

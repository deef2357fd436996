"""Remote sessions beside a case, all those of a case, a new one, and the plan as a calendar takes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import AccountPermission as P
from accounts.services import look
from frame import clock
from frame.paging import page_of

from .. import selectors, services
from ..forms import PlanForm
from .entering import enter_customer, enter_desk, show

BESIDE = 5


def beside(visit_or_user, case, *, at):
    """What ``side_sessions.html`` and ``desk_sessions.html`` show of a case.

    :param visit_or_user: the visit of whoever reads the customer's page; the associate at support's own desk
    """
    at_desk = isinstance(visit_or_user, User)
    found = list(selectors.sessions_of(case)[: BESIDE + 1])
    return {
        "sessions": found[:BESIDE],
        "more_sessions": len(found) > BESIDE,
        "tools": selectors.tools_beside(case),
        "may_plan": at_desk and not selectors.why_no_work(case, at=at),
        "may_set_tools": at_desk or P.CHANGE_SETTINGS in visit_or_user.rights,
    }


@require_safe
def case_sessions(request, number, case_number):
    """Every session of a case, as the customer's people see them."""
    visit = enter_customer(request, number, P.VIEW_CASES, "sessions", looking=False)
    case = case_of(visit, case_number)
    context = {"case": case, "page": page_of(request, selectors.sessions_of(case))}
    return show(request, visit, "case_sessions", context, looked=False)


@require_safe
def desk_case_sessions(request, case_number):
    """Every session of a case, at support's own desk."""
    case = enter_desk(request, case_number)
    context = {"case": case, "account": case.account, "page": page_of(request, selectors.sessions_of(case))}
    return render(request, "riders/desk_case_sessions.html", context | {"at": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
def desk_session_plan(request, case_number):
    """Propose a session that nobody has asked for."""
    case, at, status = enter_desk(request, case_number), clock.now(), 200
    form = PlanForm(request.POST if request.method == "POST" else None, zone=case.account.zone)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                planned = services.plan_session(case=case, by=request.user, at=at, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(field_of(form, error), error)
            else:
                messages.success(request, _("Planned, and both sides have been told. Invite whoever else is needed."))
                return redirect("desk_session", case_number=case.number, session_id=planned.public_id)
    context = {"case": case, "account": case.account, "form": form, "at": at}
    return render(request, "riders/desk_session_plan.html", context, status=status)


@require_safe
def session_calendar(request, number, case_number, session_id):
    """The plan of a session as a calendar takes it."""
    visit = enter_customer(request, number, P.VIEW_CASES, "session.ics", looking=False)
    session = session_of(case_of(visit, case_number), session_id)
    answer = _calendar(session, path=session.get_absolute_url())
    look(visit=visit, user=request.user, at=clock.now())
    return answer


@require_safe
def desk_session_calendar(request, case_number, session_id):
    """The same for support."""
    session = session_of(enter_desk(request, case_number), session_id)
    return _calendar(session, path=session.get_desk_url())


def case_of(visit, case_number):
    """The case of the account visited.

    :raises Http404: it has none of that number
    """
    found = selectors.find_case(visit.account, case_number)
    if found is None:
        raise Http404
    return found


def session_of(case, session_id):
    """The session of a case.

    :raises Http404: it has none of that id
    """
    found = selectors.find_session(case, session_id)
    if found is None:
        raise Http404
    return found


def field_of(form, error):
    """The field a refusal of a service is about; ``None`` for the whole form."""
    return error.code if getattr(error, "code", None) in form.fields else None


def _calendar(session, *, path):
    if not session.starts_at:
        raise Http404
    content = selectors.calendar_of(session, selectors.attendees_of(session), path=path, at=clock.now())
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = f'attachment; filename="session-{session.case.number}.ics"'
    return answer

"""The page of one remote session, and everything that is done on it, for both sides alike."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import AttendeeForm, AttendingForm, ButtonForm, PlanForm, StartForm
from ..states import SessionStage
from .entering import enter_customer, enter_desk, show
from .sessions import case_of, field_of, session_of

TYPED = ("replan", "invite", "start")  # where somebody has typed something that must not get lost


@require_http_methods(["GET", "HEAD", "POST"])
def session(request, number, case_number, session_id):
    """One session, and what the customer's people may do about it."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.VIEW_CASES, "session", looking=False)
    found, writes = session_of(case_of(visit, case_number), session_id), P.WRITE_CASES in visit.rights
    meeting = _Meeting(request, found, at_desk=False, writes=writes, own=not visit.acting)
    if meeting.answered():
        return redirect(meeting.session)
    return show(request, visit, "session", meeting.context(), status=meeting.status, looked=False)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_session(request, case_number, session_id):
    """One session, and what support may do about it."""
    case = enter_desk(request, case_number)
    meeting = _Meeting(request, session_of(case, session_id), at_desk=True, writes=True, own=False)
    if meeting.answered():
        return redirect(meeting.session.get_desk_url())
    context = {"account": case.account, "at": meeting.at} | meeting.context()
    return render(request, "riders/desk_session.html", context, status=meeting.status)


class _Meeting:
    """A session as one of the two sides has it before its eyes: what was sent, and what the page shows."""

    def __init__(self, request, session, *, at_desk, writes, own):
        self.request, self.session, self.at_desk, self.writes, self.own = request, session, at_desk, writes, own
        self.at, self.status, self.refusal = clock.now(), 200, ""
        self.doing = request.POST.get("do", "") if request.method == "POST" else ""
        self.attendees = selectors.attendees_of(session)
        self.forms = self._forms()

    def answered(self):
        """Do what was sent; whether it was done, and the page is to be opened anew.

        :raises Http404: no page offers that
        """
        if self.request.method != "POST":
            return False
        if self.doing not in self.forms:
            raise Http404
        form, self.status = self.forms[self.doing], 400
        if not form.is_valid():
            return False
        try:
            messages.success(self.request, self._do(**form.cleaned_data))
        except ValidationError as error:
            form.add_error(field_of(form, error), error)
        except NotAllowedNow as refusal:
            if self.doing not in TYPED:
                raise
            self._read_again(str(refusal))
        else:
            return True
        return False

    def context(self):
        """What the page shows."""
        session, at = self.session, self.at
        acknowledgement = session.acknowledgement or selectors.valid_acknowledgement(session.case, at)
        ahead = session.stage in (SessionStage.TO_PLAN, SessionStage.PLANNED)
        running = session.stage == SessionStage.RUNNING
        page = session.get_desk_url() if self.at_desk else session.get_absolute_url()
        return {
            "case": session.case,
            "case_page": self._case_page(),
            "session": session,
            "calendar": f"{page.rstrip('/')}.ics",
            "attendees": [(one, self._speaks_for(one)) for one in self.attendees],
            "everybody_confirmed": selectors.all_confirmed(self.attendees),
            "acknowledgement": acknowledgement,
            "forms": self.forms,
            "doing": self.doing if self.status != 200 else "",
            "refusal": self.refusal,
            "at_desk": self.at_desk,
            "ahead": ahead,
            "running": running,
            "begins_here": ahead and self.writes and (self.at_desk if session.ours else self.own),
            "own": self.own,
            "stands_in_the_way": selectors.why_not_start(session, session.case, acknowledgement, at=at),
            "may_plan": ahead and self.writes and not selectors.why_no_work(session.case, at=at),
            "may_call_off": ahead and self.writes,
            "may_invite": (ahead or running) and self.writes,
            "may_join": running and self.at_desk and not session.ours and session.joined_at is None,
            "may_end": running and self.writes,
        }

    def _do(self, **typed):
        """Call the one service for what was sent, and give what to say."""
        how = {"by": self.request.user, "at": self.at}
        side = how | {"support": self.at_desk}
        match self.doing:
            case "replan":
                services.replan(session=self.session, **typed, **side)
                return _("The time is set, and both sides have been told.")
            case "invite":
                one = services.invite_attendee(session=self.session, **typed, **side)
                return _("%(name)s is invited.") % {"name": one.name}
            case "confirm":
                one = services.confirm_attendee(**typed, **side)
                return _("Confirmed: %(name)s takes part.") % {"name": one.name}
            case "withdraw":
                services.withdraw_attendee(attendee=typed["attendee"], **side)
                return _("%(name)s takes no part. The others have been told.") % {"name": typed["attendee"].name}
            case "start":
                services.start_session(session=self.session, **typed, **side)
                return _("Started. How to join stands on the case, and both sides have been told.")
            case "join":
                services.join_session(session=self.session, **how)
                return _("Written down: support has joined.")
            case "end":
                services.end_session(session=self.session, **side)
                return _("Ended. How long it was stands on the case.")
            case _:
                services.call_off_session(session=self.session, **side)
                return _("Called off. Both sides have been told.")

    def _forms(self):
        session, zone = self.session, self.session.case.account.zone
        customers, support = selectors.may_be_invited(
            session.case, by=self.request.user, support=self.at_desk, at=self.at
        )
        lists = {"customers": customers, "support": support, "account": session.case.account}
        forms: dict[str, Any] = {
            "replan": PlanForm(self._sent("replan"), zone=zone, session=session),
            "invite": AttendeeForm(self._sent("invite"), **lists),
            "start": StartForm(self._sent("start"), session=session),
            "confirm": AttendingForm(self._sent("confirm"), attendees=self.attendees),
            "withdraw": AttendingForm(self._sent("withdraw"), attendees=self.attendees),
        }
        names = ("join", "end", "call_off") if self.at_desk else ("end", "call_off")
        return forms | {name: ButtonForm(self._sent(name)) for name in names}

    def _case_page(self):
        case = self.session.case
        return reverse("desk_case", args=[case.number]) if self.at_desk else case.get_absolute_url()

    def _sent(self, name):
        return self.request.POST if self.doing == name else None

    def _read_again(self, refusal):
        """Somebody was faster: the session as it stands now, with what was typed still in its field."""
        self.refusal, self.status = refusal, 409
        self.session = selectors.find_session(self.session.case, self.session.public_id)
        self.attendees = selectors.attendees_of(self.session)
        if self.doing == "replan":
            typed = {name: self.request.POST[name] for name in ("starts_at", "ends_at")}
            zone = self.session.case.account.zone
            self.forms["replan"] = PlanForm(zone=zone, session=self.session, initial=typed)

    def _speaks_for(self, attendee):
        """Whether the reader says if this one can be there."""
        speaker = attendee.person_id or attendee.invited_by_id
        allowed = self.writes or attendee.person_id
        return bool(allowed) and speaker == self.request.user.pk and not selectors.what_became_of(self.session)

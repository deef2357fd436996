"""How far cases, session requests and sessions are, and what can be chosen there, as plain data.

Values are never renamed.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """How far a case is. A solved one closes by itself once the time to reopen it is over; no job is needed for it."""

    OPEN = "open", _("Open")
    WAITING_CUSTOMER = "waiting_customer", _("Waiting for customer")
    WAITING_SUPPORT = "waiting_support", _("Waiting for support")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed for good")


UNSOLVED = (CaseState.OPEN, CaseState.WAITING_CUSTOMER, CaseState.WAITING_SUPPORT)

# Where a case may go, and the event each step leaves. Closed is for good.
CASE_MOVES: dict[CaseState, dict[CaseState, str]] = {
    CaseState.OPEN: {
        CaseState.WAITING_CUSTOMER: "case.changed",
        CaseState.WAITING_SUPPORT: "case.changed",
        CaseState.SOLVED: "case.solved",
        CaseState.CLOSED: "case.closed",
    },
    CaseState.WAITING_CUSTOMER: {
        CaseState.OPEN: "case.changed",
        CaseState.WAITING_SUPPORT: "case.changed",
        CaseState.SOLVED: "case.solved",
        CaseState.CLOSED: "case.closed",
    },
    CaseState.WAITING_SUPPORT: {
        CaseState.OPEN: "case.changed",
        CaseState.WAITING_CUSTOMER: "case.changed",
        CaseState.SOLVED: "case.solved",
        CaseState.CLOSED: "case.closed",
    },
    CaseState.SOLVED: {CaseState.OPEN: "case.reopened", CaseState.CLOSED: "case.closed"},
    CaseState.CLOSED: {},
}

# Whom a case waits for is support's to say; the customer's own word is that it is over
_CUSTOMER_SAYS = {CaseState.SOLVED, CaseState.CLOSED}


def moves(state, *, support):
    """Where somebody of this side may take a case that stands so: for buttons and services alike."""
    everything = list(CASE_MOVES[CaseState(state)])
    if support or state == CaseState.SOLVED:
        return everything
    return [to for to in everything if to in _CUSTOMER_SAYS]


class ApprovalEnd(models.TextChoices):
    """Why support may not enter any more on the word given for a case. The values are never renamed."""

    WITHDRAWN = "withdrawn", _("Withdrawn by the customer")
    FINISHED = "finished", _("The investigation was finished")
    SOLVED = "solved", _("The case was solved")


class Severity(models.IntegerChoices):
    """How bad it is, 1 the worst."""

    URGENT = 1, _("1, urgent: work has stopped")
    HIGH = 2, _("2, high: work is much harder")
    MEDIUM = 3, _("3, medium: there is a way round it")
    LOW = 4, _("4, low: a question or a wish")


class Channel(models.TextChoices):
    """How a case reached support."""

    PORTAL = "portal", _("Portal")
    MAIL = "mail", _("E-mail")
    TELEPHONE = "telephone", _("Telephone")


class Answer(models.TextChoices):
    """What somebody said to the terms."""

    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class Why(models.TextChoices):
    """What a remote session is good for (S1-2)."""

    OBSERVE = "observe", _("To see the problem as it happens")
    DIAGNOSE = "diagnose", _("To look for the cause together")
    PLAN = "plan", _("To go through the plan of the case")
    THIRD_PARTY = "third_party", _("Another supplier has to see or explain something")
    AGREED = "agreed", _("Both sides think it helps")


class SessionRequestState(models.TextChoices):
    """How far a request for a session is."""

    DRAFT = "draft", _("Waits for the terms")
    SUBMITTED = "submitted", _("Waits for support")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class WhyNot(models.TextChoices):
    """Why support does not hold a session (S1-3)."""

    STANDING_BY = "standing_by", _("It would be standing by during a migration, an upgrade or a change")
    NOTHING_TO_SOLVE = "nothing_to_solve", _("There is nothing a session could solve")
    OTHER_SOFTWARE = "other_software", _("It is about software that is not ours")
    AFTER_SOLUTION = "after_solution", _("It would be watching after a solution was given")
    NOT_TECHNICAL = "not_technical", _("It is about accounts, people or subscriptions; the telephone is quicker")
    OTHER = "other", _("Another reason")


class SessionStage(models.TextChoices):
    """How far a session is. It is read off what was written down; nobody chooses it."""

    TO_PLAN = "to_plan", _("No time yet")
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")
    CALLED_OFF = "called_off", _("Called off")


class Side(models.TextChoices):
    """Whose people attend."""

    CUSTOMER = "customer", _("Customer")
    VENDOR = "vendor", _("Support")
    THIRD_PARTY = "third_party", _("Third party")

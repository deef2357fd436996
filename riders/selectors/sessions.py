"""Reads of remote sessions: which there are, who takes part, who starts them, and what stands in the way."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Membership
from accounts.permissions import AccountPermission

from ..models import Attendee, CaseComment, CaseFollower, RemoteSession, RemoteTools, SessionRequest
from ..states import UNSOLVED, CaseState, SessionRequestState, SessionStage, Side


@dataclass(frozen=True)
class Tools:
    """What sessions with an account are held with: ``ours`` where it permits support's own tool, and its name."""

    ours: bool
    name: str
    row: RemoteTools | None


def tools_of(account):
    """What sessions with this account are held with. An account that has said nothing permits support's own tool."""
    return _tools(RemoteTools.objects.filter(account=account).select_related("changed_by").first())


def tools_beside(case):
    """The same for the page of a case, which was found with them; no query."""
    return _tools(getattr(case.account, "remote_tools", None))


def sessions_of(case):
    """Every session of a case, the newest first."""
    people = ("created_by", "started_by", "joined_by", "ended_by", "cancelled_by", "request", "acknowledgement__rider")
    rows = RemoteSession.objects.filter(case=case).select_related("case__account", *people)
    return rows.defer("acknowledgement__rider__pdf", "acknowledgement__rider__text")


def find_session(case, public_id):
    """The session of a case with this id, or ``None``; that of another case is like an unknown one.

    :param public_id: as it stands in an address, whatever somebody made of it
    """
    try:
        known = UUID(str(public_id))
    except ValueError:
        return None
    return sessions_of(case).filter(public_id=known).first() if str(known) == str(public_id) else None


def running_session(case):
    """The session of a case that runs now, or ``None``. While there is one, a case is neither solved nor closed."""
    return sessions_of(case).running().first()


def attendees_of(session):
    """Who takes part: the customer's people, support's, then third parties, each by name."""
    rows = session.attendees.select_related("person", "invited_by", "confirmed_by")
    order = list(Side)
    return sorted(rows, key=lambda one: (order.index(Side(one.side)), one.name, one.pk))


def all_confirmed(attendees):
    """Whether everybody who takes part has confirmed the time."""
    return bool(attendees) and all(one.confirmed_at for one in attendees)


def may_attend(case, *, at):
    """Who can be invited without being a third party: ``(those of the customer who see the case, support)``."""
    support = authorization.people_of_support(at=at)
    seeing = authorization.people_holding(AccountPermission.VIEW_CASES, case.account, at=at)
    return seeing.exclude(pk__in=support.order_by().values("pk")), support


def may_be_invited(case, *, by, support, at):
    """Whom ``by`` can invite by name, as :func:`may_attend` gives it. Whom the account was lent to without its contacts
    chooses among those whose names stand on the case already, and support.

    :param support: ``by`` is an associate at support's own desk
    """
    customers, ours = may_attend(case, at=at)
    if (
        support
        or belongs_to(by, case.account, at=at)
        or authorization.allows(by, AccountPermission.VIEW_CONTACTS, case.account, at=at)
    ):
        return customers, ours
    named = Q(pk__in=[by.pk, case.opened_by_id])
    for rows, name in (
        (CaseComment.objects.filter(case=case), "author"),
        (Attendee.objects.filter(session__case=case).exclude(person=None), "person"),
        (SessionRequest.objects.filter(case=case), "asked_by"),
    ):
        named |= Q(pk__in=rows.order_by().values(name))
    return customers.filter(named), ours


def belongs_to(person, account, *, at):
    """Whether somebody is one of the account's own people, and not one it was lent to."""
    return Membership.objects.active(at).filter(user=person, account=account).exists()


def told_of(session, *, at):
    """Who is told of a session: those who follow the case and those who take part, while they may still see it.

    :returns: ``[(person, whether they read it at support's desk)]``
    """
    followers = set(CaseFollower.objects.filter(case=session.case_id).values_list("person", flat=True))
    concerned = followers | set(session.attendees.exclude(person=None).values_list("person", flat=True))
    customers, support = may_attend(session.case, at=at)
    told = [(person, False) for person in customers.filter(pk__in=concerned)]
    told += [(person, True) for person in support.filter(pk__in=concerned)]
    return sorted(told, key=lambda pair: pair[0].pk)


def why_no_work(case, *, at):
    """Why nothing is planned or started on a case any more, in a sentence; empty where it is still worked on."""
    state = case.state_at(at)
    if state == CaseState.CLOSED:
        return _("This case is closed for good. Open a new one.")
    return "" if state in UNSOLVED else _("This case is solved. Reopen it first.")


def why_not_start(session, case, acknowledgement, *, at):
    """What stands in the way of starting a session, in a sentence; empty where nothing does (S1-14, S1-25).

    :param case: the case of the session, as it stands now
    :param acknowledgement: what ``valid_acknowledgement`` gives for it
    """
    if session.stage not in (SessionStage.TO_PLAN, SessionStage.PLANNED):
        return what_became_of(session)
    closed = why_no_work(case, at=at)
    if closed:
        return closed
    if acknowledgement is None:
        return _("It cannot start: nobody of the customer has accepted the remote access rider for this case.")
    if session.request and session.request.state != SessionRequestState.ACCEPTED:
        return _("It cannot start: support has not accepted the request for it.")
    if running_session(case) is not None:
        return _("Another session of this case is running. End that one first.")
    return ""


def what_became_of(session):
    """What has happened to a session that cannot be changed any more, in a sentence; empty where it still can."""
    return {
        SessionStage.CALLED_OFF: _("This session was called off."),
        SessionStage.RUNNING: _("This session has started already."),
        SessionStage.ENDED: _("This session has ended."),
    }.get(session.stage, "")


def _tools(row):
    ours = row is None or row.primary_permitted
    return Tools(ours, settings.PORTAL_REMOTE_TOOL if ours or row is None else row.others, row)

"""Planning remote sessions: when, and who takes part. A time holds for a person once they have confirmed it (S1-4)."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.permissions import AccountPermission
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from .. import emails, selectors
from ..models import Attendee, RemoteSession
from ..states import SessionStage, Side
from .acting import as_customer, as_support, note
from .threads import follow

LONGEST = timedelta(hours=12)
FURTHEST = timedelta(days=60)
SEATS = 50


def act_on(session, *, by, at, support, right=AccountPermission.WRITE_CASES):
    """Lock what a change of a session depends on and ask the door; the session is then read again.

    :returns: who acts, and the session as it stands now
    :raises PermissionDenied: ``by`` may not
    """
    account, case = session.case.account, session.case
    if support:
        acting = as_support(account=account, case=case, by=by, at=at)
    else:
        acting = as_customer(account=account, case=case, by=by, right=right, at=at)
    session = RemoteSession.objects.select_related("request").get(pk=session.pk)
    session.case = acting.case
    return acting, session


@transaction.atomic
def plan_session(*, case, starts_at, ends_at, by, at):
    """Propose, as support, a session that nobody has asked for. Whoever plans it takes part.

    :raises PermissionDenied: ``by`` is no associate
    :raises NotAllowedNow: the case is solved or closed
    :raises ValidationError: the time is none that can be planned; its ``code`` names the field
    """
    acting = as_support(account=case.account, case=case, by=by, at=at)
    _refuse(selectors.why_no_work(acting.case, at=at))
    _check_time(starts_at, ends_at, at=at)
    tools = selectors.tools_of(acting.account)
    session = RemoteSession.objects.create(
        case=acting.case,
        created_at=at,
        created_by=by,
        starts_at=starts_at,
        ends_at=ends_at,
        revision=1,
        tool=tools.name,
        ours=tools.ours,
    )
    _tell_of_plan(acting, session, moved=False, at=at)
    return session


@transaction.atomic
def replan(*, session, starts_at, ends_at, seen, by, at, support=False):
    """Give a session its time, or another one. Whoever had confirmed the time before confirms again.

    :param seen: the revision of the plan that ``by`` had before their eyes
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it has started or was called off, its plan was changed meanwhile, or the case is over
    :raises ValidationError: the time is none that can be planned; its ``code`` names the field
    """
    acting, session = act_on(session, by=by, at=at, support=support)
    _refuse(selectors.what_became_of(session) or selectors.why_no_work(acting.case, at=at))
    _check_time(starts_at, ends_at, at=at)
    if (starts_at, ends_at) == (session.starts_at, session.ends_at):
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")
    planned = RemoteSession.objects.ahead().filter(pk=session.pk, revision=seen)
    if not planned.update(starts_at=starts_at, ends_at=ends_at, revision=F("revision") + 1):
        raise NotAllowedNow(_("The plan was changed after you opened the page."))
    moved = session.starts_at is not None
    session.refresh_from_db(fields=["starts_at", "ends_at", "revision"])
    Attendee.objects.filter(session=session).update(confirmed_at=None, confirmed_by=None)
    _tell_of_plan(acting, session, moved=moved, at=at)
    return session


@transaction.atomic
def invite_attendee(*, session, by, at, person=None, name="", email="", support=False):
    """Ask somebody to take part: one of the customer's people who see the case, somebody of support, or a third party.

    :param person: who has an account here; without one, ``name`` and ``email`` of the third party (S1-30)
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: the session is over, or this one takes part already
    :raises ValidationError: the person cannot see the case, or something is missing; its ``code`` names the field
    """
    acting, session = act_on(session, by=by, at=at, support=support)
    if session.stage in (SessionStage.ENDED, SessionStage.CALLED_OFF):
        raise NotAllowedNow(selectors.what_became_of(session))
    reason = selectors.why_no_work(acting.case, at=at)
    if reason:
        raise NotAllowedNow(reason)
    if person is not None:
        side, name, email = _side_of(acting, person, support=support, at=at), str(person), person.email
        there = session.attendees.filter(person=person)
    else:
        side, name = Side.THIRD_PARTY, _checked_name(name, email)
        there = session.attendees.filter(person=None, email__iexact=email)
    if there.exists():
        raise NotAllowedNow(_("%(name)s takes part already.") % {"name": name})
    if session.attendees.count() >= SEATS:
        raise NotAllowedNow(_("No more than %(count)d can take part.") % {"count": SEATS})
    attendee = Attendee.objects.create(
        session=session, side=side, person=person, name=name, email=email, invited_at=at, invited_by=by
    )
    if person == by and session.starts_at:
        _confirm(attendee, by=by, at=at)
    note("attendee.invited", acting, at=at, session=str(session.public_id), who=name, email=email, side=side)
    if person not in (None, by) and session.stage == SessionStage.PLANNED:
        emails.sessions.session_scheduled(session=session, by=by, at=at, only=person)
    return attendee


@transaction.atomic
def confirm_attendee(*, attendee, seen, by, at, support=False):
    """Say that somebody can be there at the planned time: people for themselves, a third party by who invited them.

    :param seen: the revision of the plan that ``by`` had before their eyes
    :raises PermissionDenied: that is for somebody else to say
    :raises NotAllowedNow: there is no time to confirm, another one than was seen, or it was confirmed already
    """
    right = AccountPermission.VIEW_CASES if attendee.person_id else AccountPermission.WRITE_CASES
    acting, session = act_on(attendee.session, by=by, at=at, support=support, right=right)
    _require_speaker(attendee, by)
    _refuse(selectors.what_became_of(session))
    if not session.starts_at:
        raise NotAllowedNow(_("There is no time to confirm yet."))
    if session.revision != seen:
        raise NotAllowedNow(_("The plan was changed after you opened the page."))
    if not _confirm(attendee, by=by, at=at):
        raise NotAllowedNow(_("This was confirmed already."))
    note("attendee.confirmed", acting, at=at, session=str(session.public_id), who=attendee.name)
    return attendee


@transaction.atomic
def withdraw_attendee(*, attendee, by, at, support=False):
    """Say that somebody takes no part: people for themselves, a third party by who invited them. The others are told.

    :raises PermissionDenied: that is for somebody else to say
    :raises NotAllowedNow: the session has started or was called off
    """
    right = AccountPermission.VIEW_CASES if attendee.person_id else AccountPermission.WRITE_CASES
    acting, session = act_on(attendee.session, by=by, at=at, support=support, right=right)
    _require_speaker(attendee, by)
    _refuse(selectors.what_became_of(session))
    gone, _tables = Attendee.objects.filter(pk=attendee.pk).delete()
    if not gone:
        raise NotAllowedNow(_("%(name)s takes no part already.") % {"name": attendee.name})
    note("attendee.withdrawn", acting, at=at, session=str(session.public_id), who=attendee.name)
    emails.sessions.session_changed(session=session, by=by, at=at, left=attendee.name)
    return session


def _tell_of_plan(acting, session, *, moved, at):
    """Whoever plans follows the case; at first they and whoever asked for the session are among its attendees."""
    by, case = acting.by, acting.case
    follow(case, by, at=at)
    if not moved:
        side = Side.VENDOR if acting.support else Side.CUSTOMER
        _seat(session, by, side, by=by, at=at)
        asker = session.request.asked_by if session.request else None
        if asker and selectors.may_attend(case, at=at)[0].filter(pk=asker.pk).exists():
            _seat(session, asker, Side.CUSTOMER, by=by, at=at)
    for own in Attendee.objects.filter(session=session, person=by):
        _confirm(own, by=by, at=at)
    times = {"starts_at": session.starts_at.isoformat(), "ends_at": session.ends_at.isoformat()}
    event = "session.moved" if moved else "session.planned"
    note(event, acting, at=at, session=str(session.public_id), revision=session.revision, **times)
    tell = emails.sessions.session_changed if moved else emails.sessions.session_scheduled
    tell(session=session, by=by, at=at)


def _seat(session, person, side, *, by, at):
    facts = {"side": side, "name": str(person), "email": person.email, "invited_at": at, "invited_by": by}
    Attendee.objects.get_or_create(session=session, person=person, defaults=facts)


def _confirm(attendee, *, by, at):
    waiting = Attendee.objects.filter(pk=attendee.pk, confirmed_at=None)
    return waiting.update(confirmed_at=at, confirmed_by=by)


def _require_speaker(attendee, by):
    speaker = attendee.person if attendee.person_id else attendee.invited_by
    if speaker != by:
        raise PermissionDenied(_("That is for %(name)s to say.") % {"name": speaker})


def _side_of(acting, person, *, support, at):
    customers, vendors = selectors.may_be_invited(acting.case, by=acting.by, support=support, at=at)
    if vendors.filter(pk=person.pk).exists():
        return Side.VENDOR
    if customers.filter(pk=person.pk).exists():
        return Side.CUSTOMER
    raise ValidationError(_("Choose somebody who can see this case."), code="person")


def _checked_name(name, email):
    name = one_paragraph(name)
    if not any(char.isalnum() for char in name):
        raise ValidationError(_("Give the name of whoever takes part."), code="name")
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError(_("Give an e-mail address, such as name@company.example."), code="email") from error
    return name


def _check_time(starts_at, ends_at, *, at):
    if starts_at <= at:
        raise ValidationError(_("The start has passed. Choose a later one."), code="starts_at")
    if starts_at - at > FURTHEST:
        raise ValidationError(_("A session is at most 60 days ahead. Choose an earlier start."), code="starts_at")
    if ends_at <= starts_at:
        raise ValidationError(_("The end is before the start. Choose a later end."), code="ends_at")
    if ends_at - starts_at > LONGEST:
        raise ValidationError(_("A session lasts 12 hours at most. Choose an earlier end."), code="ends_at")


def _refuse(reason):
    if reason:
        raise NotAllowedNow(reason)

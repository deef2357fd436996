"""A planned session as a calendar takes it (RFC 5545)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from .sessions import all_confirmed


def calendar_of(session, attendees, *, path, at):
    """The plan of a session as a calendar file. It says where to read how to join, and nothing that lets anybody in.

    A file taken later replaces the one before: the id stays, and the sequence counts the plan's revisions.

    :param path: the page of the session for whoever takes the file
    :returns: the bytes of the file
    """
    address = settings.PORTAL_BASE_URL + path
    event = Event()
    event.add("uid", f"{session.public_id}@{urlsplit(settings.PORTAL_BASE_URL).hostname}")
    event.add("sequence", session.revision)
    event.add("dtstamp", at)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("status", _status(session, attendees))
    event.add("summary", _("Remote session for case %(number)s") % {"number": session.case.number})
    event.add("description", _("How to join stands on the case: %(address)s") % {"address": address})
    event.add("url", address)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL_NAME}//portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()


def _status(session, attendees):
    if session.cancelled_at:
        return "CANCELLED"
    return "CONFIRMED" if all_confirmed(attendees) else "TENTATIVE"

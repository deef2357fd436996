"""Mails about remote sessions: to whoever follows the case and whoever takes part, on both sides.

They say when, and where to read how to join; what lets anybody in stands on the case alone.
"""

from django.conf import settings

from accounts.selectors import languages_and_zones_of
from notifications import outbox
from notifications.outbox import Letter

from .. import selectors

FOLDER = "riders/email"


def session_scheduled(*, session, by, at, only=None):
    """Tell when a session is to be, and ask those who take part to confirm.

    :param only: somebody who was invited to a plan that the others know
    """
    about = f"{session.public_id}.{session.revision}{'.invited' if only else ''}"
    _post("session_scheduled", session, by=by, at=at, about=about, only=only)


def session_changed(*, session, by, at, left=""):
    """Tell of another time, which those who take part confirm anew; or of somebody who takes no part after all.

    :param left: the name of that one
    """
    about = f"{session.public_id}.{at.isoformat()}" if left else f"{session.public_id}.{session.revision}"
    _post("session_changed", session, by=by, at=at, about=about, left=left)


def session_called_off(*, session, by, at):
    """Tell that a session will not be held."""
    _post("session_called_off", session, by=by, at=at, about=str(session.public_id))


def session_started(*, session, by, at):
    """Tell that a session runs, and that the case says how to join."""
    _post("session_started", session, by=by, at=at, about=str(session.public_id))


def session_ended(*, session, by, at):
    """Tell that a session is over, and how long it was."""
    _post("session_ended", session, by=by, at=at, about=str(session.public_id))


def _post(mail, session, *, by, at, about, only=None, **context):
    case = session.case
    people = [(one, at_desk) for one, at_desk in selectors.told_of(session, at=at) if only in (None, one)]
    attending = set(session.attendees.exclude(person=None).values_list("person", flat=True))
    reading = languages_and_zones_of([person for person, _at_desk in people], at=at)
    letters = []
    for person, at_desk in people:
        language, zone = reading[person]
        path = session.get_desk_url() if at_desk else session.get_absolute_url()
        facts = {
            "account": case.account,
            "case": case,
            "session": session,
            "by": by,
            "attending": person.pk in attending,
            "calendar": f"{settings.PORTAL_BASE_URL}{path.rstrip('/')}.ics",
            **context,
        }
        letters.append(
            Letter(
                template=f"{FOLDER}/{mail}",
                to=person,
                about=about,
                context=facts,
                language=language,
                zone=zone,
                path=path,
                account=case.account.number,
            )
        )
    outbox.post(letters, at=at)

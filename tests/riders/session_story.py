"""Every mail about remote sessions, each in both ways it can read where it has two."""

from datetime import timedelta

import pytest

from riders import services
from riders.services.threads import follow
from tests.riders.acting_on_sessions import HOUR, LINK, accept

ODD = "Backups <b>stop</b> & “{{ nothing }}” https://elsewhere.example/"
DAY = timedelta(days=1)


@pytest.fixture
def story_of_sessions(cast, now, strict):
    """A case of Carol's, whom by then nobody has replaced: planned, moved, held, and another one called off."""
    case = services.open_case(account=cast.acme, subject=ODD, by=cast.carol, at=now)
    follow(case, cast.carol, at=now)
    accept(cast, case, at=now, by=cast.carol)
    times = {"starts_at": now + DAY, "ends_at": now + DAY + HOUR}
    support = {"by": cast.tess, "at": now, "support": True}
    session = services.plan_session(case=case, by=cast.tess, at=now, **times)
    services.invite_attendee(session=session, person=cast.tom, **support)
    services.withdraw_attendee(attendee=session.attendees.get(person=cast.tom), by=cast.tom, at=now, support=True)
    later = {name: moment + DAY for name, moment in times.items()}
    services.replan(session=session, seen=1, **later, **support)
    services.start_session(session=session, joining=LINK, **support)
    services.end_session(session=session, by=cast.carol, at=now + HOUR)
    other = services.plan_session(case=case, by=cast.tess, at=now, **times)
    services.call_off_session(session=other, by=cast.carol, at=now)
    for permitted in (False, True):
        services.change_remote_tools(
            account=cast.acme,
            primary_permitted=permitted,
            others=ODD,
            case=case,
            by=cast.tess,
            at=now + HOUR * permitted,
        )
    return case

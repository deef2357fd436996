"""Sessions for tests: the terms, somebody's yes to them, and a planned session."""

from datetime import timedelta

from riders import services
from riders.models import Acknowledgement, Rider
from riders.services.threads import follow
from riders.states import Answer
from tests.riders.written import published_rider

HOUR = timedelta(hours=1)
LINK = "https://join.example/room/7f3a"


def rider(cast, *, at, version=1):
    """This will give that version of the terms, published."""
    found = Rider.objects.filter(version=version).first()
    return found or published_rider(cast, at=at, title="Remote access rider", text=f"Either side ends it. ({version})")


def accept(cast, case, *, at, by=None, answer=Answer.ACCEPTED, version=1):
    """This will have Connie say yes to the terms for a case."""
    terms = rider(cast, at=at, version=version)
    return Acknowledgement.objects.create(
        case=case, rider=terms, digest=terms.digest, answer=answer, given_at=at, given_by=by or cast.connie
    )


def a_case(cast, *, at, by=None, account=None):
    """This will have Connie report something at Acme and follow it."""
    by = by or cast.connie
    case = services.open_case(account=account or cast.acme, subject="Backups stop", by=by, at=at)
    follow(case, by, at=at)
    return case


def a_session(cast, case, *, at, by=None, begins=24 * HOUR, takes=HOUR):
    """This will have Tess plan a session, an hour from the same time tomorrow."""
    return services.plan_session(
        case=case, starts_at=at + begins, ends_at=at + begins + takes, by=by or cast.tess, at=at
    )


def permit_other_tools(cast, *, at, others="Meetwell"):
    """This will have Carol permit other tools than support's own."""
    return services.change_remote_tools(account=cast.acme, primary_permitted=False, others=others, by=cast.carol, at=at)

"""What happens on cases, played once so that every mail about them was sent."""

from riders import services
from riders.states import CaseState

ODD = "Ends <b>Friday</b> & “costs” {{ nothing }} https://elsewhere.example/\n\n  - one\n  - two"


def play_cases(cast, now):
    """This will play every mail about a case, in each way it can read: Connie and Tess, whom Tom follows."""
    case = services.open_case(account=cast.acme, subject=ODD, by=cast.connie, at=now)
    services.follow_case(case=case, by=cast.tom, support=True, at=now)
    desk = {"case": case, "by": cast.tess, "support": True, "at": now}
    services.post_comment(text=ODD, **desk)
    services.move_case(to=CaseState.WAITING_CUSTOMER, **desk)
    services.post_comment(case=case, text=ODD, by=cast.connie, at=now)
    services.move_case(to=CaseState.OPEN, **desk)
    services.move_case(to=CaseState.SOLVED, text=ODD, **desk)
    services.move_case(case=case, to=CaseState.OPEN, text=ODD, by=cast.connie, at=now)
    over = services.solve_case(**desk).reopen_until
    services.close_due_cases(at=over)
    other = services.open_case(account=cast.acme, subject="Odd", by=cast.connie, at=now)
    services.move_case(case=other, to=CaseState.CLOSED, by=cast.tess, support=True, at=now)
    facts = {"account": cast.acme, "sender": ODD.splitlines()[0], "subject": "Call", "by": cast.tess, "at": now}
    services.record_case(channel="telephone", description=ODD, **facts)
    services.record_case(channel="mail", **facts)

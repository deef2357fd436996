"""Remote sessions, beside a case."""


def beside(visit_or_user, case, *, at):
    """What ``side_sessions.html`` and ``desk_sessions.html`` show of a case.

    :param visit_or_user: the visit of whoever reads the customer's page; the associate at support's own desk
    """
    return {}

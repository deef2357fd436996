"""The terms of remote access, beside a case."""


def beside(visit_or_user, case, *, at):
    """What ``side_terms.html`` and ``desk_terms.html`` show of a case.

    :param visit_or_user: the visit of whoever reads the customer's page; the associate at support's own desk
    """
    return {}

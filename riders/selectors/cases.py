"""Reads of cases."""

from ..models import SupportCase


def cases_of(account):
    """Every case of an account, newest first where nothing else is asked for."""
    return SupportCase.objects.filter(account=account).select_related("account", "opened_by", "solved_by")


def find_case(account, number):
    """The case of an account with this number, or ``None``; that of another account is like an unknown one."""
    return cases_of(account).filter(number=number).first()


def find_case_at_desk(number):
    """The case with this number, whoever's it is, or ``None``: for support, whose desk it lies on."""
    return SupportCase.objects.select_related("account", "opened_by", "solved_by").filter(number=number).first()


def find_unsolved(account, number):
    """The case of an account with this number that is still worked on, or ``None``."""
    return cases_of(account).unsolved().filter(number=number).first()

"""Reads of cases, of what was said on them, and of who is told."""

from math import ceil

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts import authorization
from accounts.models import Membership
from accounts.permissions import AccountPermission, Role
from frame.paging import DEFAULT_SIZE

from ..models import CaseComment, CaseFollower, SupportCase
from ..states import CaseState

# What support reads first: what waits for support, then what waits for somebody else, then what is over
_PLACES = {CaseState.OPEN: 0, CaseState.WAITING_SUPPORT: 0, CaseState.WAITING_CUSTOMER: 1}


def cases_of(account):
    """Every case of an account, newest first where nothing else is asked for."""
    return _with_people().filter(account=account)


def cases_at_desk(*, at, search=""):
    """Every case there is, with ``state_now``; what waits for support first, the worst and the oldest of it on top.

    :param search: words, each of them part of a number, a subject, or the name or number of an account
    """
    places = [When(state=state, then=Value(place)) for state, place in _PLACES.items()]
    cases = _with_people().with_state_now(at).annotate(place=Case(*places, default=Value(2)))
    for word in search.split():
        fields = ("number", "subject", "account__name", "account__number")
        cases = cases.filter(Q(*[(f"{field}__icontains", word) for field in fields], _connector=Q.OR))
    return cases.order_by("place", "severity", "changed_at", "pk")


def find_case(account, number, *, reader=None):
    """The case of an account with this number, or ``None``; that of another account is like an unknown one.

    :param reader: whose page it is for: what stands beside the case is read along, as :func:`_for_page` gives it
    """
    cases = cases_of(account)
    return (cases if reader is None else _for_page(cases, reader)).filter(number=number).first()


def find_case_at_desk(number, *, reader=None):
    """The case with this number, whoever's it is, or ``None``: for support, whose desk it lies on.

    :param reader: as in :func:`find_case`
    """
    cases = _with_people()
    return (cases if reader is None else _for_page(cases, reader)).filter(number=number).first()


def find_unsolved(account, number):
    """The case of an account with this number that is still worked on, or ``None``."""
    return cases_of(account).unsolved().filter(number=number).first()


def thread(case):
    """What was said on a case, the newest last."""
    return CaseComment.objects.filter(case=case).select_related("author").order_by("at", "pk")


def page_of_newest(case):
    """The number of the page of a case's thread on which the newest comment stands."""
    return max(1, ceil(CaseComment.objects.filter(case=case).count() / DEFAULT_SIZE))


def followers_of_customer(case, *, at):
    """Those who follow a case and may read it on the customer's side, whether their own or lent."""
    return authorization.people_holding(AccountPermission.VIEW_CASES, case.account, at=at).filter(_following(case))


def followers_of_support(case, *, at):
    """The associates who follow a case."""
    return authorization.people_of_support(at=at).filter(_following(case))


def spoken_with(account, *, sender, at):
    """Who is told of what support wrote down for an account: the primary user, its authorized contacts, and whoever
    sent it, if that is somebody who reads the account's cases.
    """
    speak = Membership.objects.active(at).filter(account=account)
    speak = speak.filter(Q(role=Role.PRIMARY) | Q(authorized_contact=True)).order_by()
    readers = authorization.people_holding(AccountPermission.VIEW_CASES, account, at=at)
    return readers.filter(Q(pk__in=speak.values("user")) | Q(email__iexact=sender))


def _following(case):
    return Q(pk__in=CaseFollower.objects.filter(case=case).order_by().values("person"))


def _for_page(cases, reader):
    """Cases with what their page shows beside them: whether the reader follows one, as ``is_followed``, and the tools
    of the account.
    """
    mine = CaseFollower.objects.filter(case=OuterRef("pk"), person=reader)
    return cases.select_related("account__remote_tools").annotate(is_followed=Exists(mine))


def _with_people():
    return SupportCase.objects.select_related("account", "opened_by", "solved_by", "closed_by")

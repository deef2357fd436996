"""Reads of requests for a remote session, and of who hears of them."""

from django.conf import settings

from accounts import authorization
from accounts.permissions import AccountPermission

from ..models import SessionRequest
from ..states import WhyNot


def waiting_request(case):
    """The request for a session that waits for the terms or for support, or ``None``: at most one does (S1-24)."""
    return _requests(case).waiting().first()


def last_request(case):
    """The newest request for a session on a case, answered or not, or ``None``."""
    return _requests(case).first()


def find_session_request(case, number):
    """The request with this id on this very case, or ``None``; that of another case is like an unknown one."""
    return _requests(case).filter(pk=number).first()


def telephone_for(request):
    """The number to call instead of a session, where support said that the telephone is quicker (S1-3), or nothing."""
    return settings.PORTAL_SUPPORT_TELEPHONE if request.why_not == WhyNot.NOT_TECHNICAL else ""


def support_on(case, *, at):
    """The associates who work on a case: those who follow it, and whoever asked for the terms."""
    people = [*_followers(case), case.rider_asked_by_id]
    return set(authorization.people_of_support(at=at).filter(pk__in=[pk for pk in people if pk]))


def customers_on(case, *, at, besides=()):
    """Who follows a case for the customer and may still read it.

    :param besides: people to be told as well, where they may
    """
    people = [*_followers(case), *(person.pk for person in besides)]
    seeing = authorization.people_holding(AccountPermission.VIEW_CASES, case.account, at=at).filter(pk__in=people)
    return set(seeing.exclude(pk__in=authorization.people_of_support(at=at).order_by().values("pk")))


def _followers(case):
    return case.followers.values_list("person", flat=True)


def _requests(case):
    return SessionRequest.objects.filter(case=case).select_related("case__account", "asked_by", "answered_by")

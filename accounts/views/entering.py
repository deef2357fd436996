"""What every page of an account begins and ends with: the door, and the frame. The tabs come with ``here``."""

from contextlib import contextmanager

from django.http import Http404
from django.shortcuts import render

from audit import edge
from frame import clock

from .. import selectors, services
from ..models import Account


def enter(request, number, *, permission, page):
    """Ask the door for a page of an account, and answer the :class:`~accounts.services.Visit`.

    :raises Http404: no such account, or none of this person's business
    """
    with _their_business(request, number):
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    request.visit = visit
    return visit


def account_at(request, number):
    """The account a page is about, without a look at it: nothing is written down yet.

    :raises Http404: no such account, or none of this person's business
    """
    with _their_business(request, number):
        return selectors.find_open(request.user, number, at=clock.now())


@contextmanager
def _their_business(request, number):
    """An account that is none of theirs answers as if there were none; what is tried there stands in its trail."""
    if request.method == "POST":
        edge.concern(selectors.known_number(number))
    try:
        yield
    except Account.DoesNotExist:
        raise Http404 from None


def show(request, visit, name, context, *, status=200):
    """Draw a page of an account."""
    shared = {"account": visit.account, "visit": visit}
    return render(request, f"accounts/{name}.html", shared | context, status=status)

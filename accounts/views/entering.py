"""What every page of an account begins and ends with: the door, and the frame. The tabs come with ``here``."""

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
    if request.method == "POST":
        edge.concern(selectors.known_number(number))  # a refusal stands in that account's trail
    try:
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def show(request, visit, name, context, *, status=200):
    """Draw a page of an account."""
    shared = {"account": visit.account, "visit": visit}
    return render(request, f"accounts/{name}.html", shared | context, status=status)

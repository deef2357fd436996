"""What every page of an account begins and ends with: the door, and the frame. The tabs come with ``here``."""

from django.http import Http404
from django.shortcuts import render

from audit import edge
from frame import clock

from .. import selectors, services
from ..models import Account


def enter(request, number, *, permission, page, looking=True):
    """Ask the door for a page of an account, and answer the :class:`~accounts.services.Visit`.

    :param looking: ``False`` for pages that nobody from outside is ever shown

    :raises Http404: no such account, or none of this person's business
    """
    if request.method == "POST":
        edge.concern(*selectors.concerned(request.user, number))  # a refusal stands in that account's trail
    looking = looking and request.method != "POST"
    try:
        visit = services.enter(
            user=request.user, number=number, permission=permission, page=page, at=clock.now(), looking=looking
        )
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def show(request, visit, name, context, *, status=200):
    """Draw a page of an account. In answer to a form it is a look of its own: nothing came of what was sent."""
    if request.method == "POST":
        services.look(visit=visit, user=request.user, at=clock.now())
    shared = {"account": visit.account, "visit": visit}
    return render(request, f"accounts/{name}.html", shared | context, status=status)

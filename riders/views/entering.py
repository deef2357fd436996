"""What every page of a customer's cases and articles begins and ends with: the door, the line of a look, the frame.

And how support enters its own desk.
"""

from django.http import Http404
from django.shortcuts import render

from accounts.authorization import is_associate
from accounts.models import Account
from accounts.services import enter, look
from accounts.states import AccountKind
from audit import edge
from frame import clock

from .. import selectors


def enter_customer(request, number, permission, page, *, looking=True):
    """The visit to a customer's account.

    :raises Http404: unknown, none of this person's business, or not a customer's
    """
    looking = looking and request.method != "POST"
    try:
        visit = enter(
            user=request.user, number=number, permission=permission, page=page, at=clock.now(), looking=looking
        )
    except Account.DoesNotExist:
        raise Http404 from None
    if visit.account.kind != AccountKind.CUSTOMER:
        raise Http404
    request.visit = visit
    return visit


def show(request, visit, name, context, *, status=200, looked=True):
    """Draw a page of a visit; what has left no line on entering leaves it now."""
    at = clock.now()
    if request.method == "POST" or not looked:
        look(visit=visit, user=request.user, at=at)
    shared = {"account": visit.account, "visit": visit, "at": at}
    return render(request, f"riders/{name}.html", shared | context, status=status)


def enter_desk(request, case_number=None):
    """Let an associate to support's own desk, and give the case of that number where one is asked for.

    :raises Http404: the reader is no associate, or there is no such case
    """
    if not is_associate(request.user, at=clock.now()):
        raise Http404
    if case_number is None:
        return None
    found = selectors.find_case_at_desk(case_number, reader=request.user)
    if found is None:
        raise Http404
    if request.method == "POST":
        edge.concern(found.account.number)
    return found

"""What the pages of an account share: being let in, and the frame."""

from django.http import Http404
from django.shortcuts import render

from frame import clock

from .. import services
from ..models import Account


def enter(request, number, *, permission, page):
    """Let the reader into a page of the account with this number, and answer the visit.

    :raises Http404: there is no such account, or it is none of this person's business
    """
    try:
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def render_page(request, visit, name, context, *, status=200):
    """Draw a page of an account."""
    shared = {"account": visit.account, "visit": visit}
    return render(request, f"accounts/{name}.html", shared | context, status=status)

"""Internal → Cases: where support works on what customers have reported. For everybody else it is not there."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from frame import clock

from . import sessions, terms
from .entering import enter_desk


@require_safe
def desk_case(request, case_number):
    """One case, as support works on it."""
    case, at = enter_desk(request, case_number), clock.now()
    context = {"case": case, "account": case.account, "at": at}
    context |= terms.beside(request.user, case, at=at) | sessions.beside(request.user, case, at=at)
    return render(request, "riders/desk_case.html", context)

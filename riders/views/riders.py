"""The versions of the rider, each at the SHA-256 of its bytes: to be read, and to be taken along."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import AccountPermission as P
from frame import clock
from frame.downloads import pdf_to_save

from .. import selectors, services
from .entering import enter_customer, enter_desk, show


@require_safe
def rider(request, number, digest):
    """One version, in the words of its PDF."""
    visit = enter_customer(request, number, P.VIEW_CASES, "rider", looking=False)
    return show(request, visit, "rider", {"rider": _known(digest)}, looked=False)


@require_safe
def rider_download(request, number, digest):
    """The bytes of one version; that they were taken along is written down."""
    visit = enter_customer(request, number, P.VIEW_CASES, "rider.pdf", looking=False)
    found = _known(digest)
    made = services.download_rider(account=visit.account, rider=found, by=request.user, at=clock.now())
    return pdf_to_save(made, title=found.title, ending=f"-v{found.version}")


@require_safe
def desk_rider(request, digest):
    """One version, at support's desk."""
    enter_desk(request)
    return render(request, "riders/desk_rider.html", {"rider": _known(digest), "at": clock.now()})


@require_safe
def desk_rider_download(request, digest):
    """The bytes of one version, at support's desk."""
    enter_desk(request)
    found = _known(digest)
    return pdf_to_save(selectors.rider_bytes(found), title=found.title, ending=f"-v{found.version}")


def _known(digest):
    found = selectors.rider_by_digest(digest)
    if found is None:
        raise Http404
    return found

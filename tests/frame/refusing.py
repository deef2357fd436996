"""The portal's own addresses, and pages that refuse in every way a page can. For tests of what a refusal looks like."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import include, path

from audit import edge
from frame.refusals import AccessEnded, NotAllowedNow

REFUSALS = {
    "denied": PermissionDenied("Only the primary user may do this."),
    "ended": AccessEnded("Your access to account 654321 ended."),
    "late": NotAllowedNow("Adam was faster."),
    "gone": Http404("no such thing"),
    "broken": RuntimeError("a fault of ours"),
}


def refuse(request, how):
    """Raise what ``how`` names, having said whose account it concerns."""
    edge.concern(request.GET.get("account", ""))
    raise REFUSALS[how]


def echo(request):
    """Say what was sent, and for which account."""
    if request.method == "POST":
        request.require_fresh_second_factor()
    return HttpResponse(f"{request.method} {request.POST.get('note', '')}")


handler400 = "frame.views.malformed"
handler403 = "frame.views.not_you"
handler404 = "frame.views.not_here"
urlpatterns = [
    path("try/refuse/<str:how>/", refuse),
    path("try/public/<str:how>/", login_not_required(refuse)),
    path("try/echo/", echo),
    path("try/news/", echo, name="news_poll"),
    path("", include("config.urls")),
]

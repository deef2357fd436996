"""The pages behind a refusal. Each says in one sentence what happened; none says what else exists.

And the portal's icon, for a browser that looks for one where a page, such as a kept mail, names none.
"""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from frame.refusals import AccessEnded


def malformed(request, exception=None):
    """400: what came is not what a browser sends from our pages."""
    return render(request, "400.html", status=400)


def not_you(request, exception=None):
    """403, with the sentence that the refusal brought along."""
    ended = isinstance(exception, AccessEnded)
    response = render(request, "403.html", {"message": str(exception or ""), "ended": ended}, status=403)
    if ended:
        response.headers["HX-Refresh"] = "true"  # a part of a page that asks by itself takes the whole page along
    return response


def not_here(request, exception=None):
    """404, the same for what does not exist and for what is not yours."""
    return render(request, "404.html", status=404)


def form_not_ours(request, reason=""):
    """403 for a form that was not sent from one of our pages, or from one left open for too long."""
    message = _("This form was not sent from a page of ours, or the page was open for too long. Open it again.")
    return render(request, "403.html", {"message": message, "ended": False}, status=403)


@login_not_required
@require_safe
def icon(request):
    """The way to the icon, from where browsers look for one by themselves."""
    return redirect(static("key.svg"))

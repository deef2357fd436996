"""Notices, and the mailbox page of the embedded default."""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from frame import clock
from frame.origin import from_this_machine
from frame.paging import page_of

from . import mailbox as kept
from . import selectors, services
from .letters import hashes_of_styles
from .models import Notice

AT_ONCE = 3


@require_safe
def notices(request):
    """Everything this person was told, newest first."""
    page = page_of(request, selectors.notices_of(request.user))
    return render(request, "notifications/notices.html", {"page": page})


@require_safe
def poll(request):
    """What is new since the page was drawn; an empty answer, after one cheap query, where nothing is."""
    after = request.GET.get("after", "")
    known = int(after) if after.isascii() and after.isdecimal() and len(after) < 18 else None
    fresh = list(selectors.newer(request.user, known)[:AT_ONCE]) if known is not None else []
    if not fresh:
        return HttpResponse(status=204)
    context = {"notices": fresh, "latest": fresh[0].pk}
    return render(request, "notifications/toasts.html", context)


@require_POST
def read(request, pk):
    """Take a notice off the list and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    services.read_notice(notice=notice, at=clock.now())
    inside = url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None)
    return redirect(notice.path if notice.path and inside else "notices")


@login_not_required
@require_safe
def mailbox(request):
    """The mails the portal would have sent, for whoever sits at this machine."""
    _require_this_machine(request)
    page = Paginator(kept.newest(), 20).get_page(request.GET.get("page"))
    mails = [mail for mail in (kept.read(name) for name in page.object_list) if mail]
    return render(request, "notifications/mailbox.html", {"mails": mails, "page": page})


@login_not_required
@require_safe
def mail(request, name):
    """One kept mail as text, with a way to its HTML."""
    return render(request, "notifications/mail.html", {"mail": _kept_mail(request, name)})


@login_not_required
@require_safe
def mail_html(request, name):
    """The HTML of one kept mail, as a mail program would show it: no script, and its own style block only."""
    html = _kept_mail(request, name).html
    policy = csp_replace({"default-src": [NONE], "style-src": hashes_of_styles(html), "script-src": [NONE]})
    return policy(lambda _request: HttpResponse(html))(request)


def _kept_mail(request, name):
    _require_this_machine(request)
    mail = kept.read(name)
    if mail is None:
        raise Http404
    return mail


def _require_this_machine(request):
    """The mailbox holds sign-in codes: it opens in the embedded default, from this machine, and nowhere else."""
    if not (settings.EMBEDDED and from_this_machine(request)):
        raise Http404

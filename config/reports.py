"""What browsers report: something on a page broke the page's own policy."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger(__name__)

_LONGEST = 16_000
_KEPT = 2_000


@require_POST
@csrf_exempt
@login_not_required
def policy_violation(request):
    """Write the report to the log, shortened and unread: anybody may send one."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > _LONGEST:
        return HttpResponse(status=413)
    logger.warning("Content policy report: %s", request.body[:_KEPT].decode(errors="replace"))
    return HttpResponse(status=204)

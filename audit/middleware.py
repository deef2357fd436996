"""What the trail must know of a web request, and the line about a refused one."""

import logging
from datetime import timedelta
from types import SimpleNamespace

from django.conf import settings
from django.db import transaction

from audit import edge, record, selectors
from frame import clock

logger = logging.getLogger(__name__)

_REFUSED = frozenset({403, 404, 409})
_HOUR = timedelta(hours=1)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Edge:
    """Tells the trail where the request being answered comes from."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = edge.begin(
            ip=request.client_address,
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            request_id=request.id,
        )
        try:
            return self.get_response(request)
        finally:
            edge.finish(token)


class Refused:
    """Writes one line about every change that a signed-in person was refused.

    By now the transaction of the refused change has been rolled back, so the line stands by itself. It stands in the
    trail of the account it concerns, a stranger's too: so of one person an hour brings a limited number, the last of
    which says that it is, and the log has the rest.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        refused = request.method not in _SAFE_METHODS and response.status_code in _REFUSED
        if refused and request.user.is_authenticated:
            self._write_down(request, response.status_code)
        return response

    @staticmethod
    def _write_down(request, status):
        number, at = edge.concerned(), clock.now()
        most = settings.PORTAL_REFUSALS_KEPT
        before = selectors.refusals_of(request.user, number, since=at - _HOUR).count()
        if before >= most:
            logger.warning("A refusal more than the trail of %s keeps: %s %s", number or "nobody", status, request.path)
            return
        last = {"last_kept_of_an_hour": most} if before == most - 1 else {}
        with transaction.atomic():
            record.record(
                "access.refused",
                account=SimpleNamespace(number=number) if number else None,
                by=request.user,
                subject=edge.current().about,
                at=at,
                method=request.method,
                path=request.path[:300],
                status=status,
                **last,
            )

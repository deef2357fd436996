"""What the trail must know of a web request, and the line about a refused one."""

from types import SimpleNamespace

from django.db import transaction

from audit import edge, record
from frame import clock

_REFUSED = frozenset({403, 404, 409})
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

    By now the transaction of the refused change has been rolled back, so the line stands by itself.
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
        number = edge.concerned()
        with transaction.atomic():
            record.record(
                "access.refused",
                account=SimpleNamespace(number=number) if number else None,
                by=request.user,
                at=clock.now(),
                method=request.method,
                path=request.path[:300],
                status=status,
            )

"""What every answer carries, what every question must be made of, and what a refusal looks like."""

import logging
import re
import uuid

from django.conf import settings
from django.http import HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from redis.exceptions import RedisError

from frame import clock
from frame.origin import client_address
from frame.refusals import NotAllowedNow, TooMuch

logger = logging.getLogger(__name__)

_NEVER_IN_TEXT = re.compile("[\x00\ud800-\udfff\ufffd]")  # U+FFFD is what broken UTF-8 was read as
_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE", "TRACE"}
_PATH_MAX, _QUERY_MAX, _HEADER_MAX = 2_000, 8_000, 16_000
_REPORTS = "/csp"

PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


class Headers:
    """Puts on every answer, also of files and failures, what Django's own middleware does not."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Files of the portal's look are the only answers that say how long to keep them
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
            patch_vary_headers(response, ["Cookie"])
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class Arrival:
    """Gives the request a number of its own and finds out whose machine sent it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex
        request.client_address = client_address(request.META, proxies=settings.TRUSTED_PROXY)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.id
        return response


class Sanity:
    """Refuses with 400 what no honest browser sends and no table could store."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in _METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(_METHODS))})
        if _too_long(request):
            return _malformed(request, 400)
        if _body_length(request) > settings.PORTAL_BODY_MAX:
            return _malformed(request, 413)
        if not self._content_understood(request):
            return _malformed(request, 415)
        try:
            unfit = _cut_short(request) or any(_NEVER_IN_TEXT.search(text) for text in _everything_said(request))
        except UnreadablePostError:
            unfit = True
        return _malformed(request, 400) if unfit else self.get_response(request)

    @staticmethod
    def _content_understood(request):
        if request.method in _SAFE_METHODS or request.path == _REPORTS or not _body_length(request):
            return True
        return request.content_type in _FORM_TYPES


def _malformed(request, status):
    return render(request, "400.html", status=status)


def _too_long(request):
    return (
        len(request.path) > _PATH_MAX
        or len(request.META.get("QUERY_STRING", "")) > _QUERY_MAX
        or any(len(value) > _HEADER_MAX for value in _headers(request))
    )


def _headers(request):
    return [value for name, value in request.META.items() if name.startswith("HTTP_") and isinstance(value, str)]


def _body_length(request):
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if str(length).isdecimal() else 0


def _cut_short(request):
    """Whether a form lost its end on the way. Files are left to Django: reading them here would fill the memory.

    :raises UnreadablePostError: the sender hung up
    """
    length = _body_length(request)
    if request.method in _SAFE_METHODS or not 0 < length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return False
    ended = request.content_type != "multipart/form-data" or request.body.rstrip().endswith(b"--")
    return len(request.body) != length or not ended


def _everything_said(request):
    """This will give every text of the request: path, headers, cookies, query, fields and file names."""
    yield request.path
    yield from _headers(request)
    yield from request.COOKIES.values()
    fields = [request.GET]
    if request.content_type in _FORM_TYPES:
        fields.append(request.POST)
        for files in request.FILES.lists():
            yield from (file.name or "" for file in files[1])
    for field in fields:
        for name, values in field.lists():
            yield name
            yield from values


class Refusals:
    """Turns what Django has no page for into one: *not any more* is 409, *too often* is 429, *cannot be counted* 503.

    Whoever tries passwords is counted; while nobody can count, nobody signs in.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, NotAllowedNow):
            return render(request, "409.html", {"message": str(exception)}, status=409)
        if isinstance(exception, TooMuch):
            response = render(request, "429.html", {"message": str(exception)}, status=429)
            response.headers["Retry-After"] = exception.wait(clock.now())
            return response
        if isinstance(exception, RedisError):
            logger.error("The cache that limits are counted in is gone: %s", exception)
            return render(request, "503.html", status=503)
        return None

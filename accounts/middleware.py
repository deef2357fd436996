"""How long a session lives, who may go nowhere without a second factor, and in whose words pages speak."""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import selectors
from frame import clock

_BEGAN, _SEEN = "session_began_at", "session_seen_at"
_NOTE_AT_MOST_EVERY = timedelta(seconds=30)

_OPEN_TO_ALL = frozenset(
    {"account_logout", "healthz", "readyz", "csp_report", "demo_sign_in", "mailbox", "mail", "mail_html"}
)
_TO_ENROL = frozenset(
    {
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
_TO_PROVE = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


class SessionLifetime:
    """Signs people out after a while without a page, and after a while whatever they did.

    Who decides or runs the portal gets less of both. A page that asks by itself for news (its address is
    named ``…_poll``) does not count as somebody being there.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and self._over(request, clock.now()):
            logout(request)
            request.signed_out = True
            messages.info(request, _("You were signed out because some time had passed. Sign in to go on."))
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.user.is_authenticated and not (request.resolver_match.url_name or "").endswith("_poll"):
            self._note(request, clock.now())
        return

    @staticmethod
    def _limits(user, at):
        if selectors.is_trusted(user, at=at):
            return settings.PORTAL_SESSION_IDLE_TRUSTED, settings.PORTAL_SESSION_ABSOLUTE_TRUSTED
        return settings.PORTAL_SESSION_IDLE, settings.PORTAL_SESSION_ABSOLUTE

    def _over(self, request, at):
        began = request.session.get(_BEGAN)
        if began is None:
            return False
        idle, absolute = self._limits(request.user, at)
        seen = max(request.session.get(_SEEN, began), began)
        now = at.timestamp()
        return now - seen >= idle.total_seconds() or now - began >= absolute.total_seconds()

    @staticmethod
    def _note(request, at):
        # Not at every page: a session is a row, and writing it each time would make every look a change
        every = min(_NOTE_AT_MOST_EVERY, settings.PORTAL_SESSION_IDLE_TRUSTED / 10)
        now = at.timestamp()
        request.session.setdefault(_BEGAN, now)
        if now - request.session.get(_SEEN, 0) >= every.total_seconds():
            request.session[_SEEN] = now


class SecondFactor:
    """Shows those who need a second factor nothing but the way to set one up, until they have shown it.

    Pages that want it shown *again* ask ``request.require_fresh_second_factor()``.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.require_fresh_second_factor = partial(get_adapter().require_fresh_second_factor, request)
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        name = request.resolver_match.url_name
        if not request.user.is_authenticated or name in _OPEN_TO_ALL:
            return None
        adapter = get_adapter()
        if adapter.has_second_factor(request.user):
            if adapter.second_factor_shown(request) or name in _TO_PROVE:
                return None
            # Enrolled elsewhere, or set up since: knowing the password is not enough for this session
            return self._send(request, "mfa_reauthenticate")
        if name in _TO_ENROL or not selectors.needs_second_factor(request.user, at=clock.now()):
            return None
        return self._send(request, "mfa_index")

    @staticmethod
    def _send(request, name):
        address = reverse(name)
        if request.method == "GET":
            address = f"{address}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(address)


class ReadersChoice:
    """Lets pages speak in the reader's language and tell times in the reader's zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        language, zone = selectors.language_and_zone_of(request.user, at=clock.now())
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)

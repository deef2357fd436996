"""Where signing in is made ours: closed sign-up, secrets that are unreadable in a dump, fresh second factors."""

import base64
import logging
import time
from smtplib import SMTPException
from threading import Thread

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils import translation

from frame import clock

logger = logging.getLogger(__name__)

MAIL_THREAD = "a mail about signing in"
BEGAN_KEY = "session_began_at"
_PROVEN = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
_NOWHERE = "0.0.0.0"  # noqa: S104 - never listened on: stands for "no address was told"


class AccountAdapter(DefaultAccountAdapter):
    """allauth's questions about signing in, answered for the portal."""

    def is_open_for_signup(self, request):
        """Nobody signs up; staff open accounts and invite people."""
        return False

    def get_client_ip(self, request):
        """The address that limits count by: the one our own proxies vouch for."""
        return request.client_address or _NOWHERE

    def send_mail(self, template_prefix, email, context):
        """Hand a mail with a code straight to the mail server; it is never stored in the database.

        The page does not wait for it: how long a mail takes would tell a stranger which addresses are known
        here. A mail server that is down is the operator's to see.
        """
        context = {"request": self.request, "email": email, "portal_name": settings.PORTAL_NAME, **context}
        language = translation.get_language()
        work = Thread(target=self._hand_over, args=(template_prefix, email, context, language), name=MAIL_THREAD)
        work.start()

    def _hand_over(self, template_prefix, email, context, language):
        headers = {"Auto-Submitted": "auto-generated"}
        try:
            with translation.override(language):
                self.render_mail(template_prefix, email, context, headers=headers).send()
        except (OSError, SMTPException):
            logger.exception("A mail about signing in could not be handed to the mail server")
        finally:
            connections.close_all()

    def login(self, request, user):
        """Sign in, and note when: a session lives for a stated time, however busy it is."""
        super().login(request, user)
        request.session[BEGAN_KEY] = clock.now().timestamp()

    def logout(self, request):
        """Sign out, and have the browser forget what it kept of our pages."""
        super().logout(request)
        request.signed_out = True

    def get_reauthentication_methods(self, user):
        """Who has a second factor proves themself by it; the password alone is for those who have none."""
        methods = super().get_reauthentication_methods(user)
        with_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return with_factor or methods

    def is_reauthentication_required(self, *, app, **kwargs):
        """A sign-in just completed is as good as proving oneself again."""
        return not self.proved_lately(self.request)

    def has_second_factor(self, user):
        """Whether this person could be asked for more than a password."""
        return Authenticator.objects.filter(user_id=user.pk, type__in=_PROVEN).exists()

    def second_factor_shown(self, request):
        """Whether this very session was opened, or confirmed since, with a second factor."""
        return any(proof["method"] == "mfa" for proof in get_authentication_records(request, request.user))

    def proved_lately(self, request):
        """Whether the person proved within ``PORTAL_REAUTH_WITHIN`` who they are, by the best they have."""
        only_by = "mfa" if self.has_second_factor(request.user) else None
        since = time.time() - settings.PORTAL_REAUTH_WITHIN.total_seconds()
        return any(
            proof["at"] > since and only_by in {None, proof["method"]}
            for proof in get_authentication_records(request, request.user)
        )

    def require_fresh_second_factor(self, request):
        """This will let the request pass if a second factor was shown lately, or ask for one first.

        What was sent is kept meanwhile and handed to the same page again afterwards.

        :raises ReauthenticationRequired: it was not; allauth's middleware answers
        """
        since = time.time() - settings.PORTAL_REAUTH_WITHIN.total_seconds()
        proofs = get_authentication_records(request, request.user)
        if not any(proof["method"] == "mfa" and proof["at"] > since for proof in proofs):
            raise ReauthenticationRequired

    def note_second_factor(self, request, authenticator):
        """This will record that the session's person has just shown ``authenticator``."""
        record_authentication(request, request.user, method="mfa", id=authenticator.pk, type=authenticator.type)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors unreadable for whoever holds only the database."""

    def encrypt(self, text):
        """The text, readable with the portal's secret key only."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """The text again, also where it was encrypted under a secret key of before.

        :raises ImproperlyConfigured: no key of today or before opens it
        """
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "A second factor was stored under another SECRET_KEY. Add that key to SECRET_KEY_FALLBACKS."
            ) from error


def _cipher():
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret):
    """A key for this one purpose, so that signing and encrypting never share one."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal second factor").derive(secret.encode())
    return base64.urlsafe_b64encode(made)

"""The forms that take a code as second factor: signing in, proving oneself again, setting an app up."""

from hashlib import sha256

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class _CodeThatWorksOnce:
    """Takes each code once, for as long as it could be taken: RFC 6238, section 5.2.

    allauth forgets a code after half a minute, and takes that of the half minute before and of the one after too.
    """

    def clean_code(self):
        """The code as it was typed.

        :raises ValidationError: it was taken before, is wrong, or too many were wrong
        """
        used = ValidationError(_("This code has been used. Your app shows another within half a minute."))
        taken, lasts = _taken(self.user, self.cleaned_data["code"]), 2 * app_settings.TOTP_TOLERANCE + 1
        if cache.get(taken):  # looked at first: a code that was right once would forgive the wrong ones
            raise used
        code = super().clean_code()  # type: ignore[misc]
        if not cache.add(taken, 1, timeout=lasts * app_settings.TOTP_PERIOD):
            raise used
        return code


def _taken(user, code):
    """Under which name it is remembered that somebody's code was taken, however it was spaced."""
    return f"second-factor-taken:{user.pk}:{sha256(normalize_user_code(code).encode()).hexdigest()}"


class SignInCodeForm(_CodeThatWorksOnce, AuthenticateForm):
    """Asks for the second factor after the password."""


class ProofCodeForm(_CodeThatWorksOnce, ReauthenticateForm):
    """Asks for the second factor again, before what much hangs on."""


class NewAppCodeForm(_CodeThatWorksOnce, ActivateTOTPForm):
    """Asks for the first code of an authenticator app that is being set up."""

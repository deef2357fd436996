"""Every limit of time and rate, each from the environment.

A time is given in seconds and may be as short as one; a rate as ``count/seconds``. What is read here
becomes a setting of the same name: a :class:`~datetime.timedelta` for a time, a number for a count.
"""

from datetime import timedelta

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def _seconds(name, default, *, most=None):
    """This will read a time in seconds from the environment.

    :param most: the longest it may be, in seconds
    :raises ImproperlyConfigured: it is no number of seconds above zero, or too long
    """
    text = _env.str(name, default=str(default))
    try:
        span = timedelta(seconds=float(text))
    except (ValueError, OverflowError) as error:
        raise ImproperlyConfigured(f"{name} must be a number of seconds, such as {default}.") from error
    if span <= timedelta(0):
        raise ImproperlyConfigured(f"{name} must be more than 0 seconds, such as {default}.")
    if most is not None and span > timedelta(seconds=most):
        raise ImproperlyConfigured(f"{name} must not be more than {most} seconds.")
    return span


def _count(name, default):
    """This will read a whole number above zero from the environment.

    :raises ImproperlyConfigured: it is none
    """
    text = _env.str(name, default=str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number above 0, such as {default}.")
    return int(text)


def _rate(name, default, per):
    """This will read ``count/seconds`` and spell it the way allauth reads a rate: ``count/seconds"s"/per``.

    :raises ImproperlyConfigured: it is not two numbers
    """
    count, _slash, seconds = _env.str(name, default=default).partition("/")
    if not (count.isdecimal() and seconds.isdecimal() and int(count) and int(seconds)):
        raise ImproperlyConfigured(f"{name} must be a count and a number of seconds, such as {default}.")
    return f"{count}/{seconds}s/{per}"


def _days(name, default):
    """This will read a list of whole days, such as ``30,7,1``.

    :raises ImproperlyConfigured: one of them is no number
    """
    words = [word.strip() for word in _env.str(name, default=default).split(",") if word.strip()]
    if not all(word.isdecimal() for word in words):
        raise ImproperlyConfigured(f"{name} must be whole days with commas between them, such as {default}.")
    return sorted({int(word) for word in words}, reverse=True)


# Requests and grants
PORTAL_RESPOND_WITHIN_PARTNER = _seconds("PORTAL_RESPOND_WITHIN_PARTNER", 14 * _DAY)
PORTAL_RESPOND_WITHIN_SUPPORT = _seconds("PORTAL_RESPOND_WITHIN_SUPPORT", 14 * _DAY)
PORTAL_RESPOND_WITHIN_HOUR = _seconds("PORTAL_RESPOND_WITHIN_HOUR", _HOUR)
PORTAL_RESPOND_WITHIN_CHANGE = _seconds("PORTAL_RESPOND_WITHIN_CHANGE", 7 * _DAY)  # a change support proposes
PORTAL_CASE_ACCESS_OFFERED = _seconds("PORTAL_CASE_ACCESS_OFFERED", 7 * _DAY)  # how long support may enter for a case
PORTAL_CASE_ACCESS_MAX = _seconds("PORTAL_CASE_ACCESS_MAX", 90 * _DAY)
PORTAL_REVIEW_EVERY = _seconds("PORTAL_REVIEW_EVERY", 90 * _DAY)  # looking through who is in
PORTAL_REVIEW_REMIND_EVERY = _seconds("PORTAL_REVIEW_REMIND_EVERY", 7 * _DAY)
PORTAL_HOUR_MAX = _seconds("PORTAL_HOUR_MAX", _HOUR, most=_HOUR)  # temporary access never lasts longer
PORTAL_HOUR_MISSES = _count("PORTAL_HOUR_MISSES", 5)  # wrong codes, then the request ends
PORTAL_HOUR_ADDRESSES = _count("PORTAL_HOUR_ADDRESSES", 5)  # addresses of nobody who decides, per agent, within
PORTAL_HOUR_ADDRESSES_WITHIN = _seconds("PORTAL_HOUR_ADDRESSES_WITHIN", 15 * _MINUTE)
PORTAL_START_AHEAD_MAX = _seconds("PORTAL_START_AHEAD_MAX", 60 * _DAY)
PORTAL_DURATION_MIN = _seconds("PORTAL_DURATION_MIN", 15 * _MINUTE)
PORTAL_DURATION_MAX = _seconds("PORTAL_DURATION_MAX", 365 * _DAY)
PORTAL_PENDING_AVAILABLE = _count("PORTAL_PENDING_AVAILABLE", 5)  # waiting per asker and customer, before the link
PORTAL_PENDING_LINKED = _count("PORTAL_PENDING_LINKED", 50)  # and after it
PORTAL_ASKS_PER_DAY = _count("PORTAL_ASKS_PER_DAY", 20)  # per asker, to customers not linked
PORTAL_ASKS_PER_DAY_LINKED = _count("PORTAL_ASKS_PER_DAY_LINKED", 100)  # per asker and customer, linked
PORTAL_ASK_AGAIN_AFTER = _seconds("PORTAL_ASK_AGAIN_AFTER", _HOUR)  # after a no
PORTAL_EDIT_MAX = _count("PORTAL_EDIT_MAX", 20)  # each change is a mail to whoever decides
PORTAL_SEND_AGAIN_MAX = _count("PORTAL_SEND_AGAIN_MAX", 3)
PORTAL_SEND_AGAIN_EVERY = _seconds("PORTAL_SEND_AGAIN_EVERY", _HOUR)
PORTAL_REMIND_DAYS = _days("PORTAL_REMIND_DAYS", "30,7,1")
PORTAL_REMIND_SUPPORT = _seconds("PORTAL_REMIND_SUPPORT", 15 * _MINUTE)  # before access of support ends
PORTAL_RESTORE_WITHIN = _seconds("PORTAL_RESTORE_WITHIN", 14 * _DAY)
PORTAL_CASE_REOPEN_WITHIN = _seconds("PORTAL_CASE_REOPEN_WITHIN", 14 * _DAY)  # then a solved case is closed for good
PORTAL_REFUSALS_KEPT = _count("PORTAL_REFUSALS_KEPT", 60)  # per person, account and hour, in the account's trail
PORTAL_DECISIONS_PER_MINUTE = _count("PORTAL_DECISIONS_PER_MINUTE", 30)

# People
PORTAL_INVITATION_LIFE = _seconds("PORTAL_INVITATION_LIFE", 7 * _DAY)
PORTAL_STAND_IN_MAX = _seconds("PORTAL_STAND_IN_MAX", 365 * _DAY)
PORTAL_REPLACE_AFTER = _seconds("PORTAL_REPLACE_AFTER", 72 * _HOUR)
PORTAL_FACTOR_RESET_AFTER = _seconds("PORTAL_FACTOR_RESET_AFTER", 24 * _HOUR)

# Jobs and mail: an embedded portal is watched by the person who started it, so it looks every second
_LOOK_EVERY = 1 if _env.str("PORTAL_ENV", default="production") == "embedded" else 15
PORTAL_SWEEP_EVERY = _seconds("PORTAL_SWEEP_EVERY", _LOOK_EVERY)
PORTAL_OUTBOX_EVERY = _seconds("PORTAL_OUTBOX_EVERY", _LOOK_EVERY)
PORTAL_MAIL_LEASE = _seconds("PORTAL_MAIL_LEASE", 60)
PORTAL_MAIL_ATTEMPTS = _count("PORTAL_MAIL_ATTEMPTS", 12)
PORTAL_MAIL_BACKOFF = _seconds("PORTAL_MAIL_BACKOFF", 30)
PORTAL_POLL_EVERY = _seconds("PORTAL_POLL_EVERY", 15)
PORTAL_JOBS_LATE_AFTER = _seconds("PORTAL_JOBS_LATE_AFTER", 90)
PORTAL_MAIL_LATE_AFTER = _seconds("PORTAL_MAIL_LATE_AFTER", 15 * _MINUTE)

# The web: how long a request may take to arrive whole; behind a proxy that hands on whole ones it is there at once
PORTAL_ARRIVE_WITHIN = _seconds("PORTAL_ARRIVE_WITHIN", 20)

# Signing in
# Nobody who tries the demo has the cast's authenticator apps at hand to prove themself again
_PROOF_HOLDS = 4 * _HOUR if _env.bool("PORTAL_DEMO", default=False) else 10 * _MINUTE
PORTAL_REAUTH_WITHIN = _seconds("PORTAL_REAUTH_WITHIN", _PROOF_HOLDS)
PORTAL_SESSION_IDLE = _seconds("PORTAL_SESSION_IDLE", 30 * _MINUTE)
PORTAL_SESSION_ABSOLUTE = _seconds("PORTAL_SESSION_ABSOLUTE", 8 * _HOUR)
PORTAL_SESSION_IDLE_TRUSTED = _seconds("PORTAL_SESSION_IDLE_TRUSTED", 15 * _MINUTE)
PORTAL_SESSION_ABSOLUTE_TRUSTED = _seconds("PORTAL_SESSION_ABSOLUTE_TRUSTED", 4 * _HOUR)
PORTAL_CODE_LIFE = _seconds("PORTAL_CODE_LIFE", 15 * _MINUTE)
PORTAL_RATES = {
    "login": _rate("PORTAL_LOGIN_RATE", "10/60", "ip"),
    "login_failed": ",".join(
        [
            _rate("PORTAL_LOGIN_FAILED_IP_RATE", "10/60", "ip"),
            _rate("PORTAL_LOGIN_FAILED_RATE", "5/300", "key"),
        ]
    ),
    "reauthenticate": _rate("PORTAL_REAUTHENTICATE_RATE", "10/60", "user"),
    "reset_password": ",".join(
        [
            _rate("PORTAL_RESET_IP_RATE", "20/60", "ip"),
            _rate("PORTAL_RESET_RATE", "5/3600", "key"),
        ]
    ),
    "change_password": _rate("PORTAL_CHANGE_PASSWORD_RATE", "5/60", "user"),
    "export": _rate("PORTAL_EXPORT_RATE", "5/3600", "user"),
    "suggest": _rate("PORTAL_SUGGEST_RATE", "60/300", "user"),
    "comment": _rate("PORTAL_COMMENT_RATE", "20/300", "user"),  # each is a mail to whoever follows the case
    "decide": f"{PORTAL_DECISIONS_PER_MINUTE}/60s/user",
    "find_account": _rate("PORTAL_FIND_ACCOUNT_RATE", "30/3600", "user"),
    "invite": _rate("PORTAL_INVITE_RATE", "30/3600", "user"),
    "confirm_email": _rate("PORTAL_CONFIRM_EMAIL_RATE", "1/10", "key"),
}

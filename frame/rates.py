"""How often one person may do a thing."""

import logging

from allauth.core.internal.ratelimit import consume
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TOO_OFTEN = gettext_lazy(
    "This was tried very often in a short time. Wait a few minutes, then try again. Nothing was changed."
)


def within(request, action):
    """Whether this person may do ``action`` once more now, counting this time.

    The counts live in the cache. Where the cache is gone nobody is kept from answering a request: that is
    let through, and logged for the operator.

    :param action: a key of ``PORTAL_RATES``
    """
    try:
        # allauth's own limits count forms only; here whoever asks says what counts, a list taken as a file too
        usage = consume(request, app="allauth.account", action=action, user=request.user, limit_get=True)
        return usage is not None
    except (RedisError, OSError):
        log.exception("the cache is gone, so nothing is counted")
        return True

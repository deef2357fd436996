"""Taking a new secret key into use for what the old one keeps unreadable."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from audit.record import record

_KEPT_SECRET = ("secret", "seed", "migrated_codes")


@transaction.atomic
def reencrypt_second_factors(*, by=None, at):
    """Write every stored second factor anew under today's ``SECRET_KEY``, so that keys of before can be dropped.

    A second run does the same once more. All or none are written.

    :param by: the person who asked for it; ``None`` for the operator at the command line
    :returns: how many factors were written
    :raises ImproperlyConfigured: one was stored under a key that is named nowhere
    """
    adapter, written = get_adapter(), 0
    for factor in Authenticator.objects.select_for_update(no_key=True).order_by("pk"):
        held = {name: factor.data[name] for name in _KEPT_SECRET if name in factor.data}
        if not held:
            continue
        anew = {name: _anew(value, adapter) for name, value in held.items()}
        Authenticator.objects.filter(pk=factor.pk).update(data=factor.data | anew)
        written += 1
    record("second_factors.reencrypted", by=by, at=at, factors=written)
    return written


def _anew(value, adapter):
    if isinstance(value, list):
        return [_anew(one, adapter) for one in value]
    return adapter.encrypt(adapter.decrypt(value))

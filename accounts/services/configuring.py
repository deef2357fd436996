"""How an account is set up, and who decides for it. Every change leaves a line per thing that changed."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from .. import authorization
from ..models import DECIDING, SETTINGS, Account, Grant
from ..permissions import AccountPermission
from ..signals import deciders_changed
from .applying import (
    apply_configuration,
    differences,
    lock_grants,
    note_each,
    overtake_changes,
    refuse_nothing,
    tell_closed,
)
from .appointing import lock_account


@transaction.atomic
def change_configuration(*, account, seen, by, at, **values):
    """Change how an account's people sign in, its mail domains, who gets notices.

    :param seen: the version of the configuration that ``by`` had before their eyes
    :param values: whatever of :data:`CONFIGURED` is to be different
    :raises PermissionDenied: ``by`` may not, or speaks for support and can only propose it
    :raises NotAllowedNow: it was changed since ``by`` read it
    :raises ValidationError: a value is not acceptable, or nothing would change
    """
    account = lock_account(account)
    grants = lock_grants(by, account, AccountPermission.CHANGE_CONFIGURATION, at=at)
    authorization.require_free_hand(by, account, grants, at=at)
    changes = apply_configuration(account, seen, values)
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(last_used_at=at)
    overtaken = overtake_changes(account, at=at)
    note_each("configuration.changed", account, changes, version=seen + 1, by=by, at=at, grants=grants)
    for change in overtaken:
        tell_closed(change, by=by, at=at)


@transaction.atomic
def change_settings(*, account, seen, by, at, **values):
    """Change who decides for an account, whether partners may add colleagues, what support may read and change.

    It stands on a right that no access lends, so support never comes this far. Who decides is set by the primary user
    alone: an administrator cannot make themself a decider.

    :param seen: the version of the settings that ``by`` had before their eyes
    :param values: whatever of :data:`SETTINGS` is to be different
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: they were changed since ``by`` read them
    :raises ValidationError: a value is not acceptable, or nothing would change
    """
    account = lock_account(account)
    authorization.require(by, AccountPermission.CHANGE_SETTINGS, account, at=at)
    changes = differences(account, SETTINGS, values)
    if changes.keys() & set(DECIDING):
        authorization.require_primary(by, account, at=at)
    for name, (_before, after) in changes.items():
        setattr(account, name, after)
    account.clean_fields(exclude={field.name for field in Account._meta.fields} - changes.keys())
    rows = Account.objects.filter(pk=account.pk, settings_version=seen)
    after = {name: after for name, (_before, after) in changes.items()}
    if not rows.update(settings_version=F("settings_version") + 1, **after):
        raise NotAllowedNow(_("The settings were changed after you opened the page."))
    refuse_nothing(changes)
    account.refresh_from_db()
    note_each("settings.changed", account, changes, version=seen + 1, by=by, at=at)
    if changes.keys() & set(DECIDING):
        deciders_changed.send(Account, account=account, by=by, at=at)
    return account

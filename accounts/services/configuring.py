"""How an account is set up, and who decides for it. Every change leaves a line per thing that changed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization
from ..models import CONFIGURED, DECIDING, SETTINGS, Account, Configuration, Grant
from ..permissions import AccountPermission
from ..signals import deciders_changed
from .appointing import lock_account


@transaction.atomic
def change_configuration(*, account, seen, by, at, **values):
    """Change how an account's people sign in, its mail domains, who gets notices.

    :param seen: the version of the configuration that ``by`` had before their eyes
    :param values: whatever of :data:`CONFIGURED` is to be different
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it was changed since ``by`` read it
    :raises ValidationError: a value is not acceptable, or nothing would change
    """
    account = lock_account(account)
    grants = _locked_grants(by, account, AccountPermission.CHANGE_CONFIGURATION, at=at)
    authorization.require(by, AccountPermission.CHANGE_CONFIGURATION, account, at=at)
    row, _made = Configuration.objects.get_or_create(account=account)
    changes = _differences(row, CONFIGURED, values)
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    row.full_clean(exclude=["account"])
    rows = Configuration.objects.filter(pk=row.pk, version=seen)
    if not rows.update(version=F("version") + 1, **{name: after for name, (_before, after) in changes.items()}):
        raise NotAllowedNow(_("The configuration was changed after you opened the page."))
    _refuse_nothing(changes)
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(last_used_at=at)
    _note("configuration.changed", account, changes, version=seen + 1, by=by, at=at, grants=grants)


@transaction.atomic
def change_settings(*, account, seen, by, at, **values):
    """Change who decides for an account, whether partners may add colleagues, and whether support may read.

    Who decides is set by the primary user alone: an administrator cannot make themself a decider.

    :param seen: the version of the settings that ``by`` had before their eyes
    :param values: whatever of :data:`SETTINGS` is to be different
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: they were changed since ``by`` read them
    :raises ValidationError: a value is not acceptable, or nothing would change
    """
    account = lock_account(account)
    authorization.require(by, AccountPermission.CHANGE_SETTINGS, account, at=at)
    changes = _differences(account, SETTINGS, values)
    if changes.keys() & set(DECIDING):
        authorization.require_primary(by, account, at=at)
    for name, (_before, after) in changes.items():
        setattr(account, name, after)
    account.clean_fields(exclude={field.name for field in Account._meta.fields} - changes.keys())
    rows = Account.objects.filter(pk=account.pk, settings_version=seen)
    after = {name: after for name, (_before, after) in changes.items()}
    if not rows.update(settings_version=F("settings_version") + 1, **after):
        raise NotAllowedNow(_("The settings were changed after you opened the page."))
    _refuse_nothing(changes)
    account.refresh_from_db()
    _note("settings.changed", account, changes, version=seen + 1, by=by, at=at)
    if changes.keys() & set(DECIDING):
        deciders_changed.send(Account, account=account, by=by, at=at)
    return account


def _locked_grants(user, account, permission, *, at):
    """The grants the change stands on, locked, so that a change and their end cannot both win."""
    used = authorization.grants_used(user, account, permission, at=at)
    rows = Grant.objects.select_for_update(no_key=True).filter(pk__in=list(used.values_list("pk", flat=True)))
    locked = list(rows.order_by("pk"))
    still = set(used.values_list("pk", flat=True))
    return [grant for grant in locked if grant.pk in still]


def _differences(row, names, values):
    unknown = values.keys() - set(names)
    if unknown:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    known = {name: getattr(row, name) for name in names if name in values}
    return {name: (before, values[name]) for name, before in known.items() if before != values[name]}


def _refuse_nothing(changes):
    if not changes:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")


def _note(event, account, changes, *, version, by, at, grants=()):
    """One line per thing that changed. From outside it is about the access that was used, as a look is."""
    for name, (before, after) in changes.items():
        record(
            event,
            account=account,
            by=by,
            subject=grants[0].public_id if grants else account.number,
            grants=[grant.public_id for grant in grants],
            case=", ".join(sorted({grant.case_number for grant in grants} - {""})),
            digest=grants[0].request_digest if grants else "",
            at=at,
            field=name,
            before=before,
            after=after,
            version=version,
        )

"""What both ways of changing an account's configuration share: at once, and by a yes to what support proposed."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from audit.selectors import USED
from frame.refusals import NotAllowedNow

from .. import authorization, emails
from ..models import CONFIGURED, Configuration, Grant, Membership, ProposedChange
from ..states import ChangeState


def lock_grants(user, account, permission, *, at):
    """The grants an act stands on, locked, so that it and their end cannot both win; the caller has locked the account.

    :raises PermissionDenied: ``user`` does not hold the right, or their access ended while this waited for the lock
    """
    used = authorization.grants_used(user, account, permission, at=at)
    mine = Grant.objects.select_for_update(no_key=True, of=("self",)).select_related("membership__account")
    locked = list(mine.filter(pk__in=list(used.values_list("pk", flat=True))).order_by("pk"))
    authorization.require(user, permission, account, at=at)
    still = set(used.values_list("pk", flat=True))
    # The clock was read before the lock: what was ended while this waited for it is over
    grants = [grant for grant in locked if grant.pk in still and grant.ended_at is None]
    own = Membership.objects.giving(permission, at).filter(user=user, account=account)
    if not grants and not own.exists():
        raise PermissionDenied(_("Your access has ended"))
    return grants


def check_configuration(account, values):
    """Whether the account can be set up like that: the configuration as it would be, and what would be different.

    :returns: the row, unsaved, and each thing that is different as ``(before, after)``
    :raises ValidationError: a value is not acceptable
    """
    row = Configuration.objects.filter(account=account).first() or Configuration(account=account)
    changes = differences(row, CONFIGURED, values)
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    row.full_clean(exclude=["account"])
    return row, changes


def apply_configuration(account, seen, values):
    """Write it, if the configuration is still the one that was seen. The one place that does.

    :param seen: the version the values were chosen over
    :raises ValidationError: a value is not acceptable, or nothing would change
    :raises NotAllowedNow: it was changed since
    """
    _row, changes = check_configuration(account, values)
    row, _made = Configuration.objects.get_or_create(account=account)
    rows = Configuration.objects.filter(pk=row.pk, version=seen)
    if not rows.update(version=F("version") + 1, **{name: after for name, (_before, after) in changes.items()}):
        raise NotAllowedNow(_("The configuration was changed after you opened the page."))
    refuse_nothing(changes)
    return changes


def overtake_changes(account, *, at):
    """Close whatever waits over a configuration that is no longer there.

    :returns: the proposals it closed, of which both sides are still to be told
    """
    waiting = ProposedChange.objects.waiting(at).filter(account=account).with_people().order_by("pk")
    return [change for change in waiting if move_change(change, ChangeState.OUTDATED, answered_at=at)]


def move_change(change, state, **answer):
    """Move a proposal that waits to where it stays; the caller has asked the door and tells of it.

    :param answer: the fields that say who answered, when and in which words
    :returns: whether it was moved: with ``False`` somebody was faster
    """
    waits = ProposedChange.objects.filter(pk=change.pk, state=ChangeState.WAITING)
    if not waits.update(state=state, remind_at=None, **answer):
        return False
    change.refresh_from_db(fields=["state", "remind_at", *answer])
    return True


def tell_closed(change, *, by, at):
    """Write the line of where a proposal came to, and tell both sides."""
    words = {"words": change.answer} if change.answer else {}
    note_change(f"change.{change.state}", change, by=by, at=at, **words)
    emails.change_closed(change=change, at=at)


def note_change(event, change, *, by, at, **details):
    """Write a line about a proposal. What its own person does is about the access it was made under, as a look is."""
    through = event in USED
    record(
        event,
        account=change.account,
        by=by,
        subject=change.grant.public_id if through else change.public_id,
        grants=[change.grant.public_id] if through else [],
        case=change.case_number,
        digest=change.digest,
        at=at,
        change=change.public_id,
        **details,
        **({"page": event} if through else {}),
    )


def differences(row, names, values):
    """What is different from a row, each thing as ``(before, after)``."""
    unknown = values.keys() - set(names)
    if unknown:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    known = {name: getattr(row, name) for name in names if name in values}
    return {name: (before, values[name]) for name, before in known.items() if before != values[name]}


def refuse_nothing(changes):
    """Refuse what would change nothing.

    :raises ValidationError: with a sentence fit to show
    """
    if not changes:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")


def note_each(event, account, changes, *, version, by, at, grants=(), **details):
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
            **details,
        )

"""The terms remote sessions are held under: staff write a version, and once it is published it stays as it is."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Grant
from accounts.permissions import AccountPermission
from audit.record import record
from frame.refusals import NotAllowedNow

from ..models import Rider
from ..selectors import rider_bytes
from . import printing
from .acting import as_customer
from .writing import write


@transaction.atomic
def draft_rider(*, title, text, by, at):
    """Begin a new version of the rider. Nobody is asked for it before it is published.

    The admin site has asked whether ``by`` may; ``None`` is the system.

    :param text: Markdown
    :returns: the draft, with the next number
    :raises ValidationError: no title or text, or no PDF can be made of them that says the same
    :raises NotAllowedNow: a version is being written already
    """
    newest = Rider.objects.select_for_update(no_key=True).order_by("-version").first()
    if newest is not None and newest.published_at is None:
        raise NotAllowedNow(
            _("Version %(version)s is not published yet. Change that one.") % {"version": newest.version}
        )
    rider = _checked(Rider(version=newest.version + 1 if newest else 1), title, text)
    try:
        with transaction.atomic():
            rider.save(force_insert=True)
    except IntegrityError:
        raise NotAllowedNow(_("Somebody else has begun this version. Change that one.")) from None
    record("rider.drafted", by=by, subject=subject_of(rider), at=at, **_facts(rider))
    return rider


@transaction.atomic
def change_rider(*, rider, title, text, by, at):
    """Write a version anew that is not published yet.

    :raises ValidationError: as :func:`draft_rider`, or nothing would change
    :raises NotAllowedNow: it is published, or was thrown away
    """
    rider = _locked_draft(rider)
    before = _facts(rider)
    if _facts(_checked(rider, title, text)) == before:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")
    rider.save(force_update=True, update_fields=["title", "text"])
    record("rider.changed", by=by, subject=subject_of(rider), at=at, before=before, after=_facts(rider))
    return rider


@transaction.atomic
def publish_rider(*, rider, seen, by, at):
    """Ask for this version from now on, of every case that has accepted no other. It never changes again (C4).

    :param seen: what :func:`seen_of` said of the draft that ``by`` read
    :returns: the version, with its PDF and the SHA-256 of it
    :raises NotAllowedNow: it is published already, or was changed or thrown away since ``by`` read it
    :raises ValidationError: the PDF would not say what the page says
    """
    rider = _locked_draft(rider)
    if seen_of(rider) != seen:
        raise NotAllowedNow(_("The text was changed since you read it. Nothing was published. Read it again."))
    rider.published_at, rider.published_by = at, by
    rider.pdf = printing.typeset(rider)
    rider.digest = hashlib.sha256(rider.pdf).hexdigest()
    rider.save(force_update=True, update_fields=["published_at", "published_by", "pdf", "digest"])
    record("rider.published", by=by, subject=subject_of(rider), digest=rider.digest, at=at, **_facts(rider))
    return rider


@transaction.atomic
def discard_rider(*, rider, seen, by, at):
    """Throw a version away that was never published; the next one gets its number.

    :param seen: what :func:`seen_of` said of the draft that ``by`` read
    :raises NotAllowedNow: it is published, or was changed or thrown away since ``by`` read it
    """
    rider = _locked_draft(rider)
    if seen_of(rider) != seen:
        raise NotAllowedNow(_("The text was changed since you read it. Nothing was thrown away. Read it again."))
    record("rider.discarded", by=by, subject=subject_of(rider), at=at, **_facts(rider))
    Rider.objects.filter(pk=rider.pk).delete()


@transaction.atomic
def download_rider(*, account, rider, by, at):
    """Hand out the PDF of a published version to somebody of a customer, and write it down in the account's trail.

    :returns: the bytes, exactly as they were published
    :raises PermissionDenied: ``by`` may not see cases of this account
    """
    acting = as_customer(account=account, by=by, right=AccountPermission.VIEW_CASES, at=at)
    Grant.objects.filter(pk__in=[grant.pk for grant in acting.grants]).update(last_used_at=at)
    record(
        "rider.downloaded",
        account=acting.account,
        by=by,
        subject=acting.grants[0].public_id if acting.grants else subject_of(rider),
        grants=[grant.public_id for grant in acting.grants],
        digest=rider.digest,
        at=at,
        page="rider.pdf",
        version=rider.version,
    )
    return rider_bytes(rider)


def seen_of(rider):
    """What a draft says, in 64 characters: publishing it is bound to what was read."""
    return hashlib.sha256(f"{rider.title}\n{rider.text}".encode()).hexdigest()


def subject_of(rider):
    """What the trail calls a version."""
    return f"rider-{rider.version}"


def _checked(rider, title, text):
    write(rider, title, text)
    rider.clean_fields(exclude={"version", "pdf", "digest"})
    printing.typeset(rider)
    return rider


def _locked_draft(rider):
    draft = Rider.objects.select_for_update(no_key=True).filter(pk=rider.pk).first()
    if draft is None:
        raise NotAllowedNow(_("This draft was thrown away."))
    if draft.published_at is not None:
        raise NotAllowedNow(_("This version is published and can never be changed. Write a new one."))
    return draft


def _facts(rider):
    text = hashlib.sha256(rider.text.encode()).hexdigest()
    return {"version": rider.version, "title": rider.title, "text_sha256": text}

"""Reads of how an account is set up, and of what was changed in it."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import selectors as trail
from audit.models import TrailLine
from frame.wording import spell_day, spell_list

from ..models import Configuration, Grant, read_certificate
from ..states import Deciders

LABELS = {
    "metadata_url": gettext_lazy("Single sign-on metadata address"),
    "certificate": gettext_lazy("Sign-in certificate"),
    "domains": gettext_lazy("Allowed mail domains"),
    "notification_addresses": gettext_lazy("Addresses for notices"),
    "partner_deciders": gettext_lazy("Who decides requests of partners"),
    "support_deciders": gettext_lazy("Who decides requests of support"),
    "partners_may_add_colleagues": gettext_lazy("Partners may add colleagues"),
    "support_read_only": gettext_lazy("Allow support read-only access to your organization"),
    "support_changes_need_agreement": gettext_lazy("Support changes need our agreement"),
}


@dataclass(frozen=True)
class Change:
    """One thing that reads differently now."""

    field: str
    was: object
    now: object
    line: TrailLine | None = None

    @property
    def label(self):
        """What changed."""
        return LABELS.get(self.field, self.field)

    @property
    def before(self):
        """What it was, in words."""
        return spell_value(self.field, self.was)

    @property
    def after(self):
        """What it is, in words."""
        return spell_value(self.field, self.now)

    @property
    def proposed_by(self):
        """The address of whoever of support proposed it; empty where nobody did."""
        return self.line.details.get("proposed_by", "") if self.line else ""

    @property
    def proposed_by_name(self):
        """What whoever proposed it is called."""
        return self.line.details.get("proposed_by_name", "") if self.line else ""

    @property
    def through(self):
        """The beginnings of the ids of the access it was changed through; empty from inside."""
        return [grant[:6] for grant in self.line.grants] if self.line else []


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate says of itself, as far as people look after it."""

    issued_to: str
    fingerprint: str
    ends_at: datetime


def configuration_of(account):
    """How the account is set up; with nothing set, at version 0, where nobody has changed anything."""
    return Configuration.objects.filter(account=account).first() or Configuration(account=account)


def certificate_facts(configuration):
    """Whom the sign-in certificate names, its SHA-256, and when it expires; ``None`` where there is none."""
    if not configuration.certificate:
        return None
    certificate = read_certificate(configuration.certificate)
    return CertificateFacts(certificate.subject.rfc4514_string(), *_print_and_end(certificate))


def changes_of(account, event):
    """What was changed in an account by events of this kind, newest first, as a queryset of trail lines."""
    return trail.of_account(account.number, event)


def as_changes(lines):
    """Trail lines of a change as :class:`Change`, to be put in words."""
    return [Change(line.details["field"], line.details["before"], line.details["after"], line) for line in lines]


def changed_since(account, event, version):
    """What is different since a version, as :class:`Change`, each thing once."""
    merged: dict[str, tuple] = {}
    for one in reversed(as_changes(changes_of(account, event))):
        if one.line.details["version"] > version:
            was = merged[one.field][0] if one.field in merged else one.was
            merged[one.field] = (was, one.now)
    return [Change(field, was, now) for field, (was, now) in merged.items() if was != now]


def configuration_in_words(account):
    """What is set up, in a few words: "single sign-on, 2 domains"."""
    here = configuration_of(account)
    domains, addresses = len(here.domains), len(here.notification_addresses)
    words = [_("single sign-on")] if here.metadata_url else []
    words += [_("a sign-in certificate")] if here.certificate else []
    words += [ngettext("%(count)d mail domain", "%(count)d mail domains", domains) % {"count": domains}] * bool(domains)
    words += [ngettext("%(count)d address", "%(count)d addresses", addresses) % {"count": addresses}] * bool(addresses)
    return spell_list(words) or _("nothing is set up yet")


def added_colleagues(account, *, at):
    """The access that partners' people gave to colleagues and that holds or will, by name."""
    grants = Grant.objects.unended(at).filter(account=account, parent__isnull=False)
    return grants.select_related("grantee", "membership__account").order_by("grantee__first_name", "pk")


def spell_value(field, value, *, in_full=False):
    """What a thing that can be changed is, in words.

    :param in_full: for whoever is to compare it: of a certificate whom it names and its whole fingerprint
    """
    if field == "certificate":
        return _spell_certificate(value, in_full)
    if field in ("partner_deciders", "support_deciders"):
        return Deciders(value).label
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value) or _("none")
    return value or _("none")


def _spell_certificate(text, in_full):
    if not text:
        return _("none")
    certificate = read_certificate(text)
    fingerprint, ends_at = _print_and_end(certificate)
    day = spell_day(timezone.localtime(ends_at).date())
    if in_full:
        facts = {"name": certificate.subject.rfc4514_string(), "print": fingerprint, "day": day}
        return _("%(name)s, expires %(day)s, SHA-256 %(print)s") % facts
    return _("%(print)s…, expires %(day)s") % {"print": fingerprint[:23], "day": day}


def _print_and_end(certificate):
    return certificate.fingerprint(SHA256()).hex(":").upper(), certificate.not_valid_after_utc

"""How an account is set up: signing in, its mail domains, who gets notices."""

import re
from urllib.parse import urlsplit

from cryptography import x509
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import Account

DOMAINS_MAX, ADDRESSES_MAX = 100, 50
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")


class Configuration(models.Model):
    """How one account is set up. An account without a row has nothing set, at version 0."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="configuration", verbose_name=_("account"))
    version = models.PositiveIntegerField(_("version"), default=0)
    metadata_url = models.CharField(
        _("single sign-on metadata address"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https"], message=_("Give a full address that begins with https://."))],
    )
    certificate = models.TextField(_("sign-in certificate"), blank=True)
    domains = models.JSONField(_("allowed mail domains"), default=list, blank=True)
    notification_addresses = models.JSONField(_("addresses for notices"), default=list, blank=True)

    class Meta:
        verbose_name = _("configuration")
        verbose_name_plural = _("configurations")
        default_permissions = ()  # the rights on it are rights on the account
        constraints = [
            models.CheckConstraint(
                condition=Q(metadata_url="") | Q(metadata_url__startswith="https://"),
                name="sign_in_metadata_is_fetched_over_tls",
            ),
        ]

    def __str__(self):
        return str(self.account)

    def clean(self):
        """Refuse what is no certificate, no domain or no address, each under the name of its field.

        :raises ValidationError: with sentences fit to show
        """
        checks = {
            "metadata_url": [_refuse_secrets_in_address] if self.metadata_url else [],
            "certificate": [read_certificate] if self.certificate else [],
            "domains": [_at_most(DOMAINS_MAX), _each(validate_domain)],
            "notification_addresses": [_at_most(ADDRESSES_MAX), _each(EmailValidator())],
        }
        errors = {}
        for name, wants in checks.items():
            try:
                for check in wants:
                    check(getattr(self, name))
            except ValidationError as error:
                errors[name] = error
        if errors:
            raise ValidationError(errors)


# What can be changed, each with a history of its own in the trail
CONFIGURED = ("metadata_url", "certificate", "domains", "notification_addresses")
DECIDING = ("partner_deciders", "support_deciders")
SETTINGS = (*DECIDING, "partners_may_add_colleagues", "support_read_only", "support_changes_need_agreement")


def read_certificate(text):
    """The one certificate in a PEM text.

    :raises ValidationError: it holds none, or several, or a private key, which is nobody's business
    """
    if "PRIVATE KEY" in text:
        raise ValidationError(_("This holds a private key. Keep it to yourself and give the certificate alone."))
    try:
        (certificate,) = x509.load_pem_x509_certificates(text.encode())
        certificate.subject.rfc4514_string()  # what pages say of it is read only when asked for: ask now
    except (ValueError, x509.InvalidVersion) as error:
        raise ValidationError(
            _("This is not one certificate in PEM. It begins with -----BEGIN CERTIFICATE-----.")
        ) from error
    return certificate


def validate_domain(text):
    """Refuse what is not the name of a mail domain, in lower case ASCII."""
    if not _DOMAIN.match(text):
        raise ValidationError(_("This is not a mail domain, such as acme.example."))


def _refuse_secrets_in_address(url):
    try:
        parts = urlsplit(url)
    except ValueError:
        return  # no address at all, and refused as such
    if parts.username or parts.password:
        raise ValidationError(_("Give the address without a name or password in it."))


def _at_most(count):
    def check(rows):
        if len(rows) > count:
            raise ValidationError(_("Give %(count)d at most."), params={"count": count})

    return check


def _each(validator):
    def check(rows):
        for row in rows:
            try:
                validator(row)
            except ValidationError as error:
                raise ValidationError(_("%(row)s: %(why)s"), params={"row": row, "why": error.messages[0]}) from error

    return check

"""What staff fill in to set up a relationship, or a company with the first of its people."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import AccountKind

from . import selectors

AT_MOST = 20


class CompanyField(forms.CharField):
    """One company, typed as its number, its organization ID or its name.

    :param kind: the :class:`~accounts.states.AccountKind` it must be of
    """

    def __init__(self, *, kind, max_length=120, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        self.kind = kind

    def clean(self, value):
        """The open account that is meant."""
        words = super().clean(value)
        return self.found(words) if words else None

    def found(self, words):
        """The one account that the words mean.

        :raises ValidationError: there is none, or there are several
        """
        accounts = selectors.meant_by(words, self.kind)
        if not accounts:
            raise ValidationError(_("No open account is called “%(words)s”.") % {"words": words[:60]})
        if len(accounts) > 1:
            several = ", ".join(str(account) for account in accounts)
            raise ValidationError(_("More than one is called so: %(several)s. Give the number.") % {"several": several})
        return accounts[0]


class CompaniesField(CompanyField):
    """Several companies, with commas between them; each once."""

    def clean(self, value):
        """The open accounts that are meant, in the order of their ids."""
        words = [word.strip() for word in forms.CharField.clean(self, value).split(",")]
        if len(words) > AT_MOST:
            raise ValidationError(_("At most %(count)d at once.") % {"count": AT_MOST})
        found = {account.pk: account for account in (self.found(word) for word in words if word)}
        return [found[pk] for pk in sorted(found)]


class Relationship(forms.Form):
    """Which partner serves which customer."""

    partner = CompanyField(
        kind=AccountKind.PARTNER,
        label=gettext_lazy("IT partner"),
        help_text=gettext_lazy("Its account number, organization ID or name."),
    )
    customer = CompanyField(
        kind=AccountKind.CUSTOMER,
        label=gettext_lazy("Customer"),
        help_text=gettext_lazy("Its account number, organization ID or name."),
    )


class Company(forms.Form):
    """A company that comes to the portal, and the one who will run its account."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (AccountKind.CUSTOMER, AccountKind.PARTNER)],
        label=gettext_lazy("What it is"),
    )
    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    number = forms.CharField(max_length=12, label=gettext_lazy("Account number"), help_text=gettext_lazy("Digits."))
    org_id = forms.CharField(max_length=12, label=gettext_lazy("Organization ID"), help_text=gettext_lazy("Digits."))
    time_zone = forms.CharField(
        max_length=60,
        label=gettext_lazy("Time zone"),
        initial="UTC",
        help_text=gettext_lazy("For example Europe/Stockholm."),
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Language"))
    seats = forms.IntegerField(min_value=1, max_value=100_000, initial=5, label=gettext_lazy("Seats"))
    first_name = forms.CharField(max_length=150, label=gettext_lazy("First name of the primary user"))
    last_name = forms.CharField(max_length=150, label=gettext_lazy("Last name"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    partners = CompaniesField(
        kind=AccountKind.PARTNER,
        max_length=AT_MOST * 122,
        required=False,
        label=gettext_lazy("IT partners that serve it"),
        help_text=gettext_lazy("Numbers, organization IDs or names, with commas between them. For a customer only."),
    )

    def clean(self):
        """The same, if only a customer has partners."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("partners") and cleaned.get("kind") != AccountKind.CUSTOMER:
            self.add_error("partners", _("Only a customer is served by partners."))
        return cleaned

"""Forms of how an account is set up."""

from django import forms
from django.utils.translation import gettext_lazy

from ..models import CONFIGURED, DECIDING, SETTINGS
from ..states import Deciders

VERSION_MAX = 2**31 - 1


class LinesField(forms.CharField):
    """Several short texts, one to a line; without doubles, in order."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "area mono", "spellcheck": "false"})

    def to_python(self, value):
        """The lines that say something, in lower case, as a sorted list."""
        text = super().to_python(value)
        return sorted({line.strip().lower() for line in text.splitlines() if line.strip()})

    def prepare_value(self, value):
        """The lines as they are typed."""
        return "\n".join(value) if isinstance(value, list) else value


class VersionedForm(forms.Form):
    """A form over something that somebody else may change meanwhile: it carries what its reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_MAX)

    @property
    def seen(self):
        """The version the reader had before their eyes."""
        return self.cleaned_data["version"]


class ConfigurationForm(VersionedForm):
    """How an account's people sign in, which mail domains are theirs, who gets notices."""

    metadata_url = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Single sign-on metadata address"),
        help_text=gettext_lazy("Where your identity provider publishes how to sign in. It begins with https://."),
        widget=forms.URLInput(attrs={"class": "input"}),
    )
    certificate = forms.CharField(
        required=False,
        max_length=10_000,
        label=gettext_lazy("Sign-in certificate"),
        help_text=gettext_lazy("One certificate in PEM, from BEGIN to END. Never a private key."),
        widget=forms.Textarea(attrs={"rows": 6, "class": "area mono", "spellcheck": "false"}),
    )
    domains = LinesField(
        required=False,
        max_length=30_000,
        label=gettext_lazy("Allowed mail domains"),
        help_text=gettext_lazy("One to a line, such as acme.example."),
    )
    notification_addresses = LinesField(
        required=False,
        max_length=20_000,
        label=gettext_lazy("Addresses for notices"),
        help_text=gettext_lazy("One to a line. Notices about outages and renewals go there."),
    )

    @staticmethod
    def initial_of(configuration):
        """What the page shows of a configuration."""
        return {"version": configuration.version} | {name: getattr(configuration, name) for name in CONFIGURED}

    def clean_certificate(self):
        """The certificate with the line ends of PEM, whatever the browser sent."""
        text = "\n".join(self.cleaned_data["certificate"].split("\r\n")).strip()
        return f"{text}\n" if text else ""

    def values(self):
        """The cleaned values as the service takes them."""
        return {name: self.cleaned_data[name] for name in CONFIGURED}


class SettingsForm(VersionedForm):
    """Who decides, whether partners may add colleagues, whether support may read."""

    partner_deciders = forms.ChoiceField(
        choices=Deciders.choices, widget=forms.RadioSelect, label=gettext_lazy("Requests of partners")
    )
    support_deciders = forms.ChoiceField(
        choices=Deciders.choices, widget=forms.RadioSelect, label=gettext_lazy("Requests of support")
    )
    partners_may_add_colleagues = forms.BooleanField(
        required=False,
        label=gettext_lazy("Partners may add colleagues"),
        help_text=gettext_lazy(
            "Somebody you made Administrator may let in people of their own company, if you allow it with the access."
        ),
    )
    support_read_only = forms.BooleanField(
        required=False,
        label=gettext_lazy("Allow support read-only access to your organization"),
        help_text=gettext_lazy(
            "Every support engineer can then see your configuration, and change nothing. Each look stands in your "
            "trail. Partners get nothing by it."
        ),
    )
    support_changes_need_agreement = forms.BooleanField(
        required=False,
        label=gettext_lazy("Support changes need our agreement"),
        help_text=gettext_lazy(
            "Whatever support holds, it can only propose a change; it is made once one of you has read it and agreed "
            "in writing. Temporary access, which you grant for an hour at most, is the exception."
        ),
    )

    def __init__(self, *args, sets_deciders, **kwargs):
        super().__init__(*args, **kwargs)
        for name in DECIDING:
            self.fields[name].disabled = not sets_deciders

    @staticmethod
    def initial_of(account):
        """What the page shows of an account's settings."""
        return {"version": account.settings_version} | {name: getattr(account, name) for name in SETTINGS}

    def values(self):
        """The cleaned values as the service takes them; what this person cannot set stays out."""
        return {name: self.cleaned_data[name] for name in SETTINGS if not self.fields[name].disabled}

"""What people type on the account pages."""

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.fields import MomentField

from .models import CONFIGURED, DECIDING, REASON_MAX, SETTINGS, Account, Membership
from .permissions import CONSEQUENCES, MEMBER_SWITCHES, Role, ordered
from .states import AccountKind, Deciders

VERSION_MAX = 2**31 - 1


def _day():
    """A day as a browser sends it, whatever the language of the page."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
    return {"input_formats": ["%Y-%m-%d"], "widget": widget}


class SwitchForm(forms.Form):
    """Which account to go to."""

    account = forms.RegexField(r"^[0-9]{3,12}\Z")


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


class RoleForm(forms.Form):
    """Another role for a member; the primary user's place is handed over on a page of its own."""

    role = forms.ChoiceField(choices=[(role.value, role.label) for role in Role if role != Role.PRIMARY])


class RightsForm(forms.Form):
    """The own switches of a plain member."""

    permissions = forms.MultipleChoiceField(
        choices=[(right.value, right.label) for right in MEMBER_SWITCHES],
        required=False,
        label=gettext_lazy("Rights"),
        error_messages={"invalid_choice": gettext_lazy("One of these rights cannot be given to a member.")},
    )


class ContactForm(forms.Form):
    """Whether a member is an authorized contact."""

    authorized_contact = forms.BooleanField(required=False)


class PersonForm(forms.Form):
    """Somebody by name and address."""

    first_name = forms.CharField(max_length=150, label=gettext_lazy("First name"))
    last_name = forms.CharField(max_length=150, required=False, label=gettext_lazy("Last name"))
    email = forms.EmailField(max_length=254, label=gettext_lazy("E-mail address"))

    def clean(self):
        """Names stand on one line."""
        data = super().clean()
        for name in {"first_name", "last_name", "name"} & data.keys():
            if not all(char.isprintable() for char in data[name]):
                self.add_error(name, _("A name is made of letters and signs on one line."))
        return data


class InviteForm(RightsForm, PersonForm):
    """Whom to invite, and as what."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    authorized_contact = forms.BooleanField(required=False, label=gettext_lazy("Authorized contact"))

    field_order = ["first_name", "last_name", "email", "role", "permissions", "authorized_contact"]

    def __init__(self, *args, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in reversed(roles)]

    def clean(self):
        """Every role but that of a plain member brings its rights along: switches set beside it count for nothing."""
        data = super().clean()
        if data.get("role") != Role.MEMBER:
            data["permissions"] = []
        return data


class SetUpForm(PersonForm, forms.ModelForm):
    """An account to open, and its primary user to invite."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in AccountKind if kind != AccountKind.VENDOR],
        label=gettext_lazy("Kind"),
    )
    time_zone = forms.ChoiceField(
        choices=lambda: [(zone, zone) for zone in sorted(available_timezones())],
        initial="UTC",
        label=gettext_lazy("Time zone"),
    )
    seats = forms.IntegerField(min_value=1, max_value=100_000, initial=5, label=gettext_lazy("Seats"))

    class Meta:
        model = Account
        fields = ["kind", "name", "number", "org_id", "time_zone", "language", "seats"]

    field_order = [*Meta.fields, "first_name", "last_name", "email"]


class StaffInviteForm(PersonForm):
    """Whom staff invite: the primary user of an account that has none, or a plain member without rights."""

    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in (Role.MEMBER, Role.PRIMARY)],
        label=gettext_lazy("Role"),
        help_text=gettext_lazy("A primary user only where there is none. Whoever runs the account is told."),
    )


class ResetForm(forms.Form):
    """Why staff begin something that others may stop."""

    reason = forms.CharField(
        max_length=REASON_MAX,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("How you know, and who asked. Everybody who is told reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )


class ReplaceForm(ResetForm):
    """Who is to have the primary user’s place, and why."""

    successor = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        label=gettext_lazy("Primary user then"),
        help_text=gettext_lazy("A member of the account. Who is none yet is invited as one first."),
    )

    field_order = ["successor", "reason"]

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = members
        self.fields["successor"].label_from_instance = lambda one: (
            f"{one.user}, {one.user.email}, {one.get_role_display()}"
        )


class StandInForm(forms.Form):
    """From when until when somebody stands in."""

    starts_at = MomentField(
        required=False, label=gettext_lazy("From"), help_text=gettext_lazy("Left empty, it begins at once.")
    )
    ends_at = MomentField(label=gettext_lazy("Until"), error_messages={"required": gettext_lazy("Say when it ends.")})

    def __init__(self, *args, zone, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean_starts_at(self):
        """The moment on the account's own clock, or ``None``."""
        return self.fields["starts_at"].in_zone(self.cleaned_data["starts_at"], self.zone)

    def clean_ends_at(self):
        """The moment on the account's own clock."""
        return self.fields["ends_at"].in_zone(self.cleaned_data["ends_at"], self.zone)

    def clean(self):
        """The end comes after the start."""
        data = super().clean()
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", ValidationError(_("The end is before the start. Choose a later end.")))
        return data


def member_switches(chosen):
    """One entry per right a plain member can have: what it is called, what follows from it, if it is on."""
    on = set(ordered(chosen))
    return [
        {"value": right.value, "label": right.label, "why": CONSEQUENCES[right], "on": right in on}
        for right in MEMBER_SWITCHES
    ]


class RecordsForm(forms.Form):
    """Which of an account's records to show: by state, by number or product, by the days between two dates."""

    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    search = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "input"}),
    )
    since = forms.DateField(required=False, label=gettext_lazy("From"), **_day())
    until = forms.DateField(required=False, label=gettext_lazy("Until"), **_day())

    def __init__(self, *args, search, states=(), **kwargs):
        """Make the filter of one kind of record.

        :param search: what the search field is called
        :param states: the states there are, as choices; without any the field is left out
        """
        super().__init__(*args, **kwargs)
        self.fields["search"].label = search
        if states:
            self.fields["state"].choices = [("", gettext_lazy("All")), *states]
        else:
            del self.fields["state"]

    def clean(self):
        """Two days in their order."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one. Choose a later day."))
        return self.cleaned_data

"""Forms about the people of an account."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.fields import MomentField

from ..permissions import CONSEQUENCES, MEMBER_SWITCHES, Role, ordered


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

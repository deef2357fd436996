"""Forms of the admin site: setting up, inviting, and what is announced before it takes effect."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy

from ..models import REASON_MAX, Account, Membership
from ..permissions import Role
from ..states import AccountKind
from .people import PersonForm


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

"""REQUEST ACCESS, and its edit."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.fields import MomentField
from frame.wording import spell_duration

from ..services import Window, check_changed_window, check_window
from .fields import permission_field

LENGTHS = (
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
    timedelta(days=90),
    timedelta(days=365),
)
FIXED = "fixed"


class AskForm(forms.Form):
    """REQUEST ACCESS: the Administrator switch, the rights, for how long, why."""

    administrator = forms.BooleanField(required=False, label=gettext_lazy("Administrator"))
    permissions = permission_field()
    length = forms.ChoiceField(label=gettext_lazy("For how long"))
    starts_at = MomentField(required=False, label=gettext_lazy("From"))
    ends_at = MomentField(required=False, label=gettext_lazy("Until"))
    reason = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why is this needed?"),
        help_text=gettext_lazy("Whoever decides reads this first."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
        error_messages={"required": gettext_lazy("Say why the access is needed.")},
    )

    depending = {"starts_at", "ends_at"}  # may be empty or may not, as another field says: never called optional

    def __init__(self, *args, account, at, known=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.account, self.at, self.known = account, at, known
        self.fields["length"].choices = [
            *(
                (
                    str(int(length.total_seconds())),
                    _("%(span)s from the approval") % {"span": spell_duration(length)},
                )
                for length in self._lengths()
            ),
            (FIXED, _("Fixed dates and times")),
        ]
        for name in self.depending & self.fields.keys():
            self.fields[name].depends = True
        if not self.is_bound:
            self.initial.setdefault("length", str(int(LENGTHS[-1].total_seconds())))

    @classmethod
    def initial_of(cls, request):
        """What the form shows when a waiting request is edited."""
        zone = request.account.zone
        fixed = request.duration is None
        return {
            "administrator": request.administrator,
            "permissions": request.permissions,
            "length": FIXED if fixed else str(int(request.duration.total_seconds())),
            "starts_at": request.starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if fixed else "",
            "ends_at": request.ends_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if fixed else "",
            "reason": request.reason,
        }

    def clean(self):
        """Check the rules that span fields, each sentence beside the field it is about."""
        data = super().clean()
        if not data.get("administrator") and not data.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", _("Switch on at least one right, or Administrator."))
        self.clean_window(data)
        return data

    def clean_window(self, data):
        """Put the window into the cleaned values, or say beside which field it breaks a rule."""
        moments = {name: self._moment(name, data) for name in ("starts_at", "ends_at")}
        if self.errors.keys() & {"length", "starts_at", "ends_at"}:
            return
        data["window"] = self._window(data["length"], **moments)
        try:
            if self.known:
                check_changed_window(request=self.known, window=data["window"], at=self.at)
            else:
                check_window(data["window"], zone=self.account.zone, at=self.at)
        except ValidationError as error:
            self.add_error("length" if error.code == "duration" else error.code, error)

    def terms(self):
        """The cleaned values as the services take them."""
        data = self.cleaned_data
        administrator = data["administrator"]
        return {
            "administrator": administrator,
            "may_delegate": administrator and self.account.partners_may_add_colleagues,
            "permissions": data["permissions"],
            "window": data["window"],
            "reason": data["reason"],
        }

    def _lengths(self):
        known = [self.known.duration] if self.known and self.known.duration else []
        return sorted({*LENGTHS, *known})

    def _moment(self, name, data):
        try:
            return self.fields[name].in_zone(data.get(name), self.account.zone)
        except ValidationError as error:
            self.add_error(name, error)
            return None

    def _window(self, length, starts_at, ends_at):
        if length != FIXED:
            return Window(duration=timedelta(seconds=int(length)))
        this_minute = self.at.replace(second=0, microsecond=0)
        known = self.known and self.known.starts_at
        if known and starts_at == known.replace(second=0, microsecond=0):
            starts_at = known  # the picker knows minutes only; this one was not touched
        elif starts_at is not None and this_minute <= starts_at < self.at:
            starts_at = self.at  # and this one has just begun
        return Window(starts_at=starts_at, ends_at=ends_at)


class AddForm(forms.Form):
    """ADD CONTACT AS USER: the same switches, over what the lender holds."""

    administrator = forms.BooleanField(required=False, label=gettext_lazy("Administrator"))
    permissions = permission_field()
    reason = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why is this needed?"),
        help_text=gettext_lazy("The customer reads this in the mail about it."),
        widget=forms.Textarea(attrs={"rows": 2, "class": "area"}),
        error_messages={"required": gettext_lazy("Say why the access is needed.")},
    )

    def __init__(self, *args, rights, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [(right.value, right.label) for right in rights]

    def clean(self):
        """At least one right, or Administrator."""
        data = super().clean()
        if not data.get("administrator") and not data.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", _("Switch on at least one right, or Administrator."))
        return data

"""Fields the forms share: moments on the account's own clock, and the switches."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import CONSEQUENCES, LENDABLE

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class MomentField(forms.CharField):
    """A day and a time on the account's own clock, typed by the browser's picker; the form says in which zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": gettext_lazy("Give a day and a time, for example 2026-11-27T17:00.")}

    def __init__(self, **kwargs):
        super().__init__(max_length=25, **kwargs)

    def in_zone(self, text, zone):
        """The moment the text means in ``zone``, or ``None`` where nothing was typed.

        :raises ValidationError: it is no moment, or one that the clocks skip in that zone
        """
        if not text:
            return None
        for pattern in MOMENT_FORMATS:
            try:
                naive = datetime.strptime(text, pattern)  # noqa: DTZ007 - placed in the zone below
            except ValueError:
                continue
            return self._placed(naive, zone)
        raise ValidationError(self.error_messages["invalid"])

    def _placed(self, naive, zone):
        if not 2000 <= naive.year <= 2200:
            raise ValidationError(self.error_messages["invalid"])
        moment = naive.replace(tzinfo=zone)
        back = datetime.fromtimestamp(moment.timestamp(), tz=zone)
        if back.replace(tzinfo=None) != naive:
            raise ValidationError(_("The clocks are put forward then: this time does not exist. Choose another."))
        return moment


class MomentForm(forms.Form):
    """A moment on the account's own clock at which to look."""

    moment = MomentField(required=False, label=gettext_lazy("Who could open the account at"))

    def __init__(self, *args, account, **kwargs):
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_moment(self):
        """The moment in the account's zone, or ``None``."""
        return self.fields["moment"].in_zone(self.cleaned_data["moment"], self.account.zone)


def permission_field(*, rights=LENDABLE, required=False):
    """The switches, one per right that can be lent, in the order of the catalogue."""
    return forms.MultipleChoiceField(
        choices=[(right.value, right.label) for right in rights],
        required=required,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Access rights granted"),
        error_messages={"invalid_choice": gettext_lazy("One of these rights cannot be lent.")},
    )


def switches(form, *, rights, opens, asked=None):
    """One entry per right for the page: what it is called, what follows from it, what it opens today, if it is on.

    :param opens: ``{right: words}``
    :param asked: the rights that were asked for, where others cannot be switched on
    """
    chosen = form["permissions"].value() or []
    return [
        {
            "value": right.value,
            "label": right.label,
            "why": CONSEQUENCES[right],
            "opens": opens.get(right, ""),
            "on": right.value in chosen,
            "asked": asked is None or right in asked,
        }
        for right in rights
    ]

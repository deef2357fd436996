"""What an agent types to find a customer and to ask, and what the administrator answers."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from frame.wording import spell_duration

from .. import selectors
from .answering import SeenForm


class FindCustomerForm(forms.Form):
    """Whose account an agent looks for."""

    words = forms.CharField(
        max_length=80,
        label=_("Account number, organization ID or name"),
        error_messages={"required": _("Give a number or a name.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class AskHourForm(forms.Form):
    """Whom an agent asks, and why."""

    email = forms.CharField(
        max_length=254,
        label=_("E-mail address of the administrator you are in contact with"),
        help_text=_("Type it as you were told. Only this person gets the mail."),
        error_messages={"required": _("Give the address of one administrator.")},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        max_length=1000,
        label=_("What is to be repaired or found out"),
        help_text=_("The administrator reads it before answering."),
        error_messages={"required": _("Say why the access is needed.")},
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
    )


class HourForm(SeenForm):
    """The answer: with the code from the agent's screen and a length, or a no."""

    GRANT, DENY, UNEXPECTED = "grant", "deny", "unexpected"

    code = forms.RegexField(
        r"^[0-9]{2}\Z",
        label=_("The two digits on the agent’s screen"),
        error_messages={
            "required": _("Ask the agent for the two digits on their screen, and type them here."),
            "invalid": _("The code is two digits. Nothing was counted as a try."),
        },
        widget=forms.TextInput(
            attrs={"class": "input code-input", "inputmode": "numeric", "autocomplete": "off", "maxlength": "2"}
        ),
    )
    length = forms.TypedChoiceField(coerce=lambda seconds: timedelta(seconds=float(seconds)), label=_("For how long"))
    answer = forms.ChoiceField(
        choices=[(GRANT, GRANT), (DENY, DENY), (UNEXPECTED, UNEXPECTED)],
        error_messages={"required": _("Choose an answer with one of the buttons.")},
    )

    def __init__(self, *args, access_request, at, **kwargs):
        self.request = access_request
        lengths = selectors.lengths_of_hour(access_request)
        seen = access_request.as_seen()
        kwargs["initial"] = {
            "status": seen.status,
            "version": seen.version,
            "digest": seen.digest,
            "length": _as_value(lengths[-1]),
        }
        super().__init__(*args, **kwargs)
        self.fields["length"].choices = [(_as_value(length), spell_duration(length)) for length in lengths]
        self.lengths = [(_as_value(length), spell_duration(length), at + length) for length in lengths]

    def clean(self):
        """Only a yes needs more than a button."""
        data = super().clean()
        if data.get("answer") != self.GRANT:
            for field in ("code", "length"):
                if field in self.errors:
                    del self.errors[field]
        return data


def _as_value(length):
    return f"{length.total_seconds():g}"

"""What an associate types to get into an account for a case, and to bring in a colleague."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.wording import spell_duration

from .fields import permission_field

LENGTHS = (timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=7), timedelta(days=30))
REASON_MAX = 1000


class ActivateForm(forms.Form):
    """Who approved, why, and for how long, where that is less than was approved."""

    email = forms.CharField(
        max_length=254,
        label=gettext_lazy("E-mail address of the contact who approved"),
        help_text=gettext_lazy("Type it in full. This person is told at once that you have access, and why."),
        error_messages={"required": gettext_lazy("Give the address of the contact who approved.")},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        max_length=REASON_MAX,
        label=gettext_lazy("Why you enter the account"),
        help_text=gettext_lazy("It stands in the mail to the contact, and beside your access from then on."),
        error_messages={"required": gettext_lazy("Say why the access is needed.")},
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
    )
    length = forms.ChoiceField(label=gettext_lazy("For how long"), required=False)

    def __init__(self, *args, latest, at, whole, **kwargs):
        """
        :param latest: until when it can last
        :param whole: what the choice to let it last until then is called
        """
        super().__init__(*args, **kwargs)
        shorter = [length for length in LENGTHS if at + length < latest]
        self.lengths = [("", whole, None), *((_value(one), spell_duration(one), at + one) for one in shorter)]
        self.fields["length"].choices = [(value, words) for value, words, _end in self.lengths]

    def clean_length(self):
        """The length, or ``None`` for as long as it can last."""
        chosen = self.cleaned_data["length"]
        return timedelta(seconds=int(chosen)) if chosen else None


class BringInForm(ActivateForm):
    """Which colleague, why, with which of one's own rights and for how long."""

    permissions = permission_field()

    def __init__(self, *args, rights, **kwargs):
        kwargs["initial"] = {"permissions": [right.value for right in rights]} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [(right.value, right.label) for right in rights]
        email, reason = self.fields["email"], self.fields["reason"]
        email.label = _("E-mail address of your colleague")
        email.help_text = _("Somebody of support or product engineering, who signs in here in their own name.")
        email.error_messages["required"] = _("Give the address of one colleague.")
        reason.label = _("Why this colleague is needed")
        reason.help_text = _("It stands in the mail to the contact who approved, and beside the access from then on.")

    def clean_permissions(self):
        """The rights that are lent: one at least.

        :raises ValidationError: there is none
        """
        chosen = self.cleaned_data["permissions"]
        if not chosen:
            raise forms.ValidationError(_("Leave at least one right switched on."))
        return chosen


def _value(length):
    return str(int(length.total_seconds()))

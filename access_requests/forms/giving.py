"""Giving unasked, and asking for the same once more."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.paging import SIZES
from frame.wording import spell_duration, spell_moment

from .. import selectors
from ..services import Window, check_window
from .asking import FIXED, LENGTHS, AskForm


class GiveForm(AskForm):
    """Give access unasked: to whom, and the same switches and the same choice of an end as where access is asked."""

    partner = forms.CharField(
        max_length=12,
        label=gettext_lazy("Account number of the partner"),
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the partner’s account number.")},
    )
    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("Mail address of the person"),
        help_text=gettext_lazy("The address this person signs in with. Ask the partner for both."),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the mail address of one person of the partner.")},
    )
    may_delegate = forms.BooleanField(required=False, label=gettext_lazy("May add colleagues"))
    field_order = ["partner", "email", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A length counts from now: each can say its end
        self.choices_in_words = [*_lengths_from(self.at, self.account.zone), (FIXED, _("Fixed dates and times"), "")]
        self.fields["length"].choices = [(value, label) for value, label, _end in self.choices_in_words]
        self.fields["reason"].label = _("Why is this given?")
        self.fields["reason"].help_text = _("It stands in the mail about it, and beside the access from then on.")
        self.fields["reason"].error_messages["required"] = _("Say why the access is given.")

    def clean(self):
        """One sentence for a number and an address that do not belong together, whichever of the two is unknown.

        It is said of a form that is whole and would give the access: nobody finds out addresses for nothing.
        """
        data = super().clean()
        if not self.errors:
            data["membership"] = selectors.person_of_partner(data["partner"].strip(), data["email"], at=self.at)
            if data["membership"] is None:
                self.add_error("email", _("Nobody of a partner with this account number has this mail address."))
        return data

    def terms(self):
        """The cleaned values as the service takes them."""
        data = self.cleaned_data
        return super().terms() | {"membership": data["membership"], "may_delegate": data["may_delegate"]}


class RenewForm(forms.Form):
    """Ask for the same rights once more: only for how much longer, and why."""

    length = forms.ChoiceField(label=gettext_lazy("For how much longer"))
    reason = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why is it still needed?"),
        help_text=gettext_lazy("Whoever decides reads this first."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
        error_messages={"required": gettext_lazy("Say why the access is still needed.")},
    )

    def __init__(self, *args, grant, at, **kwargs):
        super().__init__(*args, **kwargs)
        self.grant, self.at = grant, at
        self.choices_in_words = _lengths_from(grant.ends_at, grant.account.zone)
        self.fields["length"].choices = [(value, label) for value, label, _end in self.choices_in_words]
        self.initial.setdefault("length", str(int((grant.ends_at - grant.starts_at).total_seconds())))
        if self.initial["length"] not in dict(self.fields["length"].choices):
            self.initial["length"] = str(int(LENGTHS[-1].total_seconds()))

    def clean_length(self):
        """The length, if a request that begins with the end of the old access may be that long now.

        :raises ValidationError: naming the rule
        """
        length = timedelta(seconds=int(self.cleaned_data["length"]))
        window = Window(starts_at=self.grant.ends_at, ends_at=self.grant.ends_at + length)
        try:
            check_window(window, zone=self.grant.account.zone, at=self.at)
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return length


class RenewSeveralForm(forms.Form):
    """Ask for the same rights once more for the ticked accesses: for how much longer, and why."""

    grants = forms.MultipleChoiceField(
        label=gettext_lazy("What to renew"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one.")},
    )
    length = forms.ChoiceField(label=gettext_lazy("For how much longer"))
    reason = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why is it still needed?"),
        help_text=gettext_lazy("Whoever decides reads this first, with each of the requests."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
        error_messages={"required": gettext_lazy("Say why the access is still needed.")},
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {row.public_id: row for row in rows}
        self.fields["grants"].choices = [(public_id, str(row)) for public_id, row in self.rows.items()]
        lengths = [length for length in LENGTHS if length <= settings.PORTAL_DURATION_MAX] or LENGTHS[:1]
        self.fields["length"].choices = [(str(int(one.total_seconds())), spell_duration(one)) for one in lengths]
        self.initial.setdefault("length", self.fields["length"].choices[-1][0])

    def clean_grants(self):
        """The ticked ones, no more than fit on a page.

        :raises ValidationError: more than that
        """
        ticked, most = self.cleaned_data["grants"], max(SIZES)
        if len(ticked) > most:
            raise ValidationError(_("Tick at most %(most)d at once.") % {"most": most})
        return ticked

    def terms(self):
        """The cleaned values as the service takes them."""
        data = self.cleaned_data
        return {
            "grants": [self.rows[public_id] for public_id in data["grants"]],
            "length": timedelta(seconds=int(data["length"])),
            "reason": data["reason"],
        }


def _lengths_from(start, zone):
    """Each length as ``(value, words, its end in words)``."""
    return [
        (str(int(length.total_seconds())), spell_duration(length), spell_moment(start + length, zone))
        for length in LENGTHS
    ]

"""What people type about a case: a new one, one that came another way, and what they answer."""

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from ..models import new_case_number
from ..states import CaseState, Channel, Severity


class WrittenField(forms.CharField):
    """Several lines of Markdown, counted as people count them: a line break is one character."""

    def __init__(self, *, rows, max_length=10_000, **more):
        area = forms.Textarea(attrs={"rows": rows, "class": "area"})
        super().__init__(max_length=max_length, widget=area, **more)

    def to_python(self, value):
        """The words, with the line breaks that they were typed with."""
        return super().to_python(value).replace("\r\n", "\n")


class CaseForm(forms.Form):
    """Report something to support."""

    subject = forms.CharField(
        max_length=200,
        label=_("What is it about?"),
        help_text=_("One line."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Say in one line what it is about.")},
    )
    description = WrittenField(
        rows=8,
        required=False,
        label=_("What happens, and what should happen instead?"),
        help_text=_("Since when, how often, what you tried. Markdown can be used."),
    )
    product = forms.CharField(
        max_length=100,
        required=False,
        label=_("Which product or service?"),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    severity = forms.TypedChoiceField(
        choices=Severity.choices, coerce=int, initial=Severity.MEDIUM.value, label=_("How bad is it?")
    )


class NumberedForm(CaseForm):
    """A form that makes a case. It carries the number that the case is going to have, so that the same form sent twice
    is known again; sealed, for nobody chooses a number.

    :param sealed_for: what the seal is good for, and nothing else is: the one person, and where it opens a case
    """

    number = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args, sealed_for, **more):
        self.seal = signing.Signer(salt=f"riders.opening.{sealed_for}")
        super().__init__(*args, **more)
        self.fields["number"].initial = self.seal.sign(new_case_number())

    def clean_number(self):
        """The number; nothing where none was sent, or one with another seal."""
        try:
            return self.seal.unsign(self.cleaned_data["number"])
        except signing.BadSignature:
            return ""


class OpeningForm(NumberedForm):
    """The form with which a customer opens a case."""


class RecordForm(NumberedForm):
    """Write down what a customer reported by mail or telephone."""

    account = forms.CharField(
        max_length=12,
        label=_("Account number"),
        widget=forms.TextInput(attrs={"class": "input mono", "inputmode": "numeric", "autocomplete": "off"}),
    )
    channel = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (Channel.MAIL, Channel.TELEPHONE)], label=_("How did it come?")
    )
    sender = forms.CharField(
        max_length=254,
        label=_("From whom?"),
        help_text=_("The address or the telephone number it came from."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class SeenForm(forms.Form):
    """A button on a case: it carries how far the case was when its reader looked."""

    seen = forms.ChoiceField(choices=CaseState.choices, widget=forms.HiddenInput)


class AnswerForm(SeenForm):
    """Say something on a case, say how far it is, or both at once."""

    text = WrittenField(rows=5, required=False, label=_("Your comment"), help_text=_("Markdown can be used."))
    to = forms.ChoiceField(required=False, label=_("And the case"))

    def __init__(self, *args, offered, **more):
        """A form that offers these states; closing for good has a page of its own."""
        super().__init__(*args, **more)
        words = [(state.value, state.label) for state in offered if state != CaseState.CLOSED]
        everything = [(state.value, state.label) for state in CaseState if state != CaseState.CLOSED]
        self.fields["to"].choices = [("", _("stays as it is")), *everything]
        self.fields["to"].widget.choices = [("", _("stays as it is")), *words]

    def clean(self):
        """Nothing said and nothing chosen is nothing."""
        cleaned = super().clean()
        if not self.errors and not cleaned["to"] and not cleaned["text"]:
            self.add_error("text", _("Say something."))
        return cleaned

"""What people type about a case."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CaseForm(forms.Form):
    """Report something to support."""

    subject = forms.CharField(
        max_length=200,
        label=_("What is it about?"),
        help_text=_("One line. Support asks for the rest."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Say in one line what it is about.")},
    )

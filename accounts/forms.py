"""What people type on the account pages."""

from django import forms


class SwitchForm(forms.Form):
    """Which account to go to."""

    account = forms.RegexField(r"^[0-9]{3,12}\Z")

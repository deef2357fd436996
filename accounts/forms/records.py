"""Forms of the switcher and of an account's lists."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def _day():
    """A day as a browser sends it, whatever the language of the page."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
    return {"input_formats": ["%Y-%m-%d"], "widget": widget}


class SwitchForm(forms.Form):
    """Which account to go to."""

    account = forms.RegexField(r"^[0-9]{3,12}\Z")


class RecordsForm(forms.Form):
    """Which of an account's records to show: by state, by number or product, by the days between two dates."""

    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    search = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "input"}),
    )
    since = forms.DateField(required=False, label=gettext_lazy("From"), **_day())
    until = forms.DateField(required=False, label=gettext_lazy("Until"), **_day())

    def __init__(self, *args, search, states=(), **kwargs):
        """Make the filter of one kind of record.

        :param search: what the search field is called
        :param states: the states there are, as choices; without any the field is left out
        """
        super().__init__(*args, **kwargs)
        self.fields["search"].label = search
        if states:
            self.fields["state"].choices = [("", gettext_lazy("All")), *states]
        else:
            del self.fields["state"]

    def clean(self):
        """Two days in their order."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one. Choose a later day."))
        return self.cleaned_data

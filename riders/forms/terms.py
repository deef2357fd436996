"""What people type and tick about the terms, and about asking for a session under them."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from ..states import Why, WhyNot

AGREED = _("I have read and agree to these terms")
ROW_MAX = 2**31 - 1


class DigestField(forms.RegexField):
    """Which version was read: the SHA-256 of its bytes, as the page carries it."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(r"^[0-9a-f]{64}\Z", strip=False, **kwargs)


class TermsForm(forms.Form):
    """Accept the terms, or decline them."""

    digest = DigestField()
    agreed = forms.BooleanField(required=False, label=AGREED)
    answer = forms.ChoiceField(choices=[("accept", ""), ("decline", "")], widget=forms.HiddenInput)


class OpeningTermsForm(forms.Form):
    """Accept the terms while opening a case, or leave it for later.

    :param rider: the version that is shown above the box
    """

    digest = DigestField(required=False)
    agreed = forms.BooleanField(required=False, label=AGREED)

    def __init__(self, *args, rider, **kwargs):
        super().__init__(*args, **kwargs)
        self.rider = rider


class SessionRequestForm(forms.Form):
    """Ask support for a remote session; where nobody has accepted the terms for the case, accept them with it.

    :param with_terms: whoever fills it in accepts the terms with it
    """

    why = forms.ChoiceField(
        choices=Why,
        label=_("Reason"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the session is good for.")},
    )
    expectation = forms.CharField(
        max_length=2000,
        label=_("What do you expect of the session?"),
        help_text=_("For example: watch the backup fail together, and collect what it writes down."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
        error_messages={"required": _("Say what you expect of the session.")},
    )
    impact = forms.CharField(
        max_length=2000,
        label=_("What does the problem stop or slow down now?"),
        help_text=_("For example: nobody has a copy of today’s orders."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
        error_messages={"required": _("Say what the problem stops or slows down now.")},
    )
    link = forms.CharField(
        required=False,
        max_length=500,
        label=_("Remote session link"),
        help_text=_("Where you would hold it, if you have a place of your own. Without one, support gives a link."),
        widget=forms.URLInput(attrs={"class": "input", "autocomplete": "off"}),
        validators=[URLValidator(["https"], message=_("Give a whole address that begins with https://."))],
    )

    def __init__(self, *args, with_terms, **kwargs):
        super().__init__(*args, **kwargs)
        if with_terms:
            self.fields["digest"] = DigestField()
            self.fields["agreed"] = forms.BooleanField(required=False, label=AGREED)


class WithdrawForm(forms.Form):
    """Take back the request that was shown."""

    withdraw = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=ROW_MAX)


class SessionAnswerForm(forms.Form):
    """Support's answer to the request that was shown: yes, or no and why."""

    request = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=ROW_MAX)
    answer = forms.ChoiceField(choices=[("accept", ""), ("decline", "")], widget=forms.HiddenInput)
    why_not = forms.ChoiceField(
        required=False, choices=WhyNot, label=_("If you decline, why"), widget=forms.RadioSelect
    )
    words = forms.CharField(
        required=False,
        max_length=500,
        label=_("In words"),
        help_text=_("Another reason needs words."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

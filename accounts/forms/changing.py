"""Forms of what support proposes to change, and of the answer to it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.wording import spell_moment

from .configuring import ConfigurationForm

REASON_MAX = ANSWER_MAX = 2000


class ProposalForm(ConfigurationForm):
    """How the account would be set up, why, and under which access, where there are several."""

    reason = forms.CharField(
        max_length=REASON_MAX,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Whoever answers reads this beside the difference."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "area"}),
    )

    def __init__(self, *args, grants, **kwargs):
        super().__init__(*args, **kwargs)
        self._grants = {grant.public_id: grant for grant in grants}
        if len(self._grants) > 1:
            choices = [("", _("Choose")), *((grant.public_id, _in_words(grant)) for grant in self._grants.values())]
            self.fields["access"] = forms.ChoiceField(
                choices=choices, label=_("Under which access"), widget=forms.Select(attrs={"class": "input"})
            )

    def proposed(self):
        """The cleaned values as the service takes them, with the access that was chosen."""
        chosen = self._grants.get(self.cleaned_data.get("access", ""))
        return {**self.values(), "reason": self.cleaned_data["reason"], "grant": chosen}


class ChangeAnswerForm(forms.Form):
    """The answer to a proposal: in writing for a yes, with or without words for a no; or taking it back."""

    AGREE, REFUSE, WITHDRAW = "agree", "refuse", "withdraw"

    answer = forms.ChoiceField(choices=[(word, word) for word in (AGREE, REFUSE, WITHDRAW)], widget=forms.HiddenInput)
    digest = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)
    words = forms.CharField(
        required=False,
        max_length=ANSWER_MAX,
        label=gettext_lazy("Your answer in writing"),
        help_text=gettext_lazy("A yes needs it, in your own words. It is kept as you type it, with your name."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "area"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].depends = True


def _in_words(grant):
    """An access, as its person tells it from their others: the case, and until when."""
    until = spell_moment(grant.ends_at, timezone.get_current_timezone())
    if grant.case_number:
        return _("Case %(case)s, until %(until)s") % {"case": grant.case_number, "until": until}
    return _("Without a case, until %(until)s") % {"until": until}

"""What the forms share: the switches, and a moment to look at."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.permissions import CONSEQUENCES, LENDABLE
from frame.fields import MomentField


class MomentForm(forms.Form):
    """A moment on the account's own clock at which to look."""

    moment = MomentField(required=False, label=gettext_lazy("Who could open the account at"))

    def __init__(self, *args, account, **kwargs):
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_moment(self):
        """The moment in the account's zone, or ``None``."""
        moment = self.fields["moment"].in_zone(self.cleaned_data["moment"], self.account.zone)
        return moment and moment.astimezone(self.account.zone)


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

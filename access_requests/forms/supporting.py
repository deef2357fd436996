"""What an associate types on the way to a request, and where the organization ID is looked up."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import selectors
from ..services import find_customer
from ..services.supporting import check_case
from .asking import AskForm

A_DAY = "86400"
LONGEST = 2000


class _Digits(forms.CharField):
    """A number as it is read out or copied: spaces between its digits say nothing."""

    def to_python(self, value):
        return "".join(super().to_python(value).split())


def _digits(**kwargs):
    attrs = {"class": "input", "inputmode": "numeric", "autocomplete": "off"}
    return _Digits(max_length=12, widget=forms.TextInput(attrs=attrs), **kwargs)


class SupportDetailsForm(AskForm):
    """The first step: whose account, about which case, why, and for how long."""

    administrator = None  # type: ignore[assignment]
    permissions = None
    number = _digits(label=_("Account number"), error_messages={"required": _("Give the customer’s account number.")})
    org_id = _digits(
        label=_("Organization ID"),
        help_text=_("From the customer, who finds it on the overview page of the account."),
        error_messages={"required": _("Give the customer’s organization ID.")},
    )
    case_number = _digits(required=False, label=_("Number of the open case"))
    no_case = forms.CharField(
        required=False,
        max_length=500,
        label=_("Why there is no case"),
        help_text=_("Only where there is none. The customer reads it."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    depending = AskForm.depending | {"case_number", "no_case"}
    field_order = ["number", "org_id", "case_number", "no_case", "reason"]

    def __init__(self, *args, by, at, known=None, **kwargs):
        kwargs["initial"] = {"length": A_DAY} | (kwargs.get("initial") or {})
        super().__init__(*args, account=known and known.account, at=at, known=known, **kwargs)
        self.by = by
        if known is not None:  # the account of a request stays
            del self.fields["number"], self.fields["org_id"]

    @classmethod
    def initial_of(cls, request):
        """What the form shows when a waiting request is edited."""
        shown = super().initial_of(request)
        del shown["administrator"], shown["permissions"]
        return shown | {"case_number": request.case_number, "no_case": request.no_case}

    def clean(self):
        """The two numbers must belong together, the case to the account, and the window must be one that may be."""
        data = forms.Form.clean(self)
        if self.known is None and data.get("number") and data.get("org_id"):
            self._find(data)
        if self.account is not None:
            self._check_case(data)
            self.clean_window(data)
        elif not (data.get("case_number") or data.get("no_case")):
            self.add_error("no_case", _("Give the number of the case, or say why there is none."))
        return data

    def terms(self):
        """The cleaned values as the services take them; the roles come from the next step."""
        wanted = {"window", "reason", "case_number", "no_case"} | self.fields.keys() & {"number", "org_id"}
        return {name: self.cleaned_data[name] for name in wanted}

    def typed(self):
        """Every field as it was typed, as plain text to be kept until the request is sent."""
        return {name: str(self[name].value() or "")[:LONGEST] for name in self.fields}

    def _find(self, data):
        try:
            self.account = find_customer(data["number"], data["org_id"], by=self.by, at=self.at)
        except ValidationError as error:
            self.add_error("number", error)

    def _check_case(self, data):
        try:
            check_case(self.account, data.get("case_number", ""), data.get("no_case", ""), known=self.known)
        except ValidationError as error:
            self.add_error(error.code, error)


class SupportRolesForm(forms.Form):
    """The second step: which of the bundles on offer."""

    roles: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        label=_("Roles"),
        error_messages={
            "required": _("Choose at least one of the roles on offer."),
            "invalid_choice": _("Choose at least one of the roles on offer."),
            "invalid_pk_value": _("Choose at least one of the roles on offer."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = selectors.roles_on_offer()


class FindAccountForm(forms.Form):
    """The number of the account whose organization ID is looked for."""

    number = _digits(label=_("Account number"), error_messages={"required": _("Give the account number.")})

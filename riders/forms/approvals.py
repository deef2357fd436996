"""What people tick and type about support entering an account for a case."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessRole
from accounts.permissions import AccountPermission
from frame.wording import spell_list

from .cases import WrittenField
from .terms import DigestField

# Lengths that suit most work; what is offered and the longest there is come from the settings
_DAYS = (1, 7, 30, 90)
_LONGEST_ID = 18  # digits: what is longer is the id of nothing


@dataclass(frozen=True)
class Box:
    """A bundle to be ticked: whether it is, whether whoever reads may not tick it, whether support asks for it."""

    role: Any
    ticked: bool
    off_limits: bool
    asked: bool


class BundlesField(forms.ModelMultipleChoiceField):
    """Some of the bundles on offer."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "required": _("Choose at least one bundle."),
        "invalid_choice": _("Choose among the bundles on offer."),
        "invalid_pk_value": _("Choose among the bundles on offer."),
    }

    def __init__(self, **kwargs):
        super().__init__(AccessRole.objects.none(), label=_("With which bundles?"), **kwargs)

    def clean(self, value):
        """The bundles.

        :raises ValidationError: one is not on offer, or no number that a database could look for
        """
        if any(len(str(one)) > _LONGEST_ID for one in value or []):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class _WithBundles(forms.Form):
    """Bundles on offer, ticked one by one.

    :param offered: ``[(bundle, whether the reader may tick it), …]``
    :param asked: the names of those that support asks for; they are ticked where the reader may
    """

    def __init__(self, *args, offered, asked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.offered, self.asked = offered, frozenset(asked)
        self.fields["roles"].initial = [role.pk for role, may in offered if may and role.name in self.asked]
        self.fields["roles"].queryset = AccessRole.objects.on_offer()

    @property
    def boxes(self):
        """The bundles as the page draws them."""
        ticked = {str(value) for value in self["roles"].value() or []}
        return [
            Box(role, may and str(role.pk) in ticked, not may, role.name in self.asked) for role, may in self.offered
        ]


class ApprovalForm(_WithBundles):
    """Whether support may enter for a case: yes, with these bundles, for a while; or no.

    It carries what was offered when the page was drawn, so that a page drawn again says what has changed.

    :param after: the form as it was sent, where the page is drawn again: what was chosen in it stays chosen
    """

    APPROVE, OTHERWISE = "approve", "decline"
    _SEAL = "riders.offered"

    seen = DigestField()
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(widget=forms.HiddenInput)
    roles = BundlesField(required=False)
    length = forms.TypedChoiceField(
        required=False,
        coerce=lambda seconds: timedelta(seconds=int(seconds)),
        empty_value=None,
        label=_("For how long?"),
        error_messages={"invalid_choice": _("Choose one of the lengths.")},
    )

    def __init__(self, *args, after=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [(self.APPROVE, ""), (self.OTHERWISE, "")]
        self.fields["length"].choices = [(str(int(span.total_seconds())), "") for span in _lengths()]
        self.fields["length"].initial = str(int(settings.PORTAL_CASE_ACCESS_OFFERED.total_seconds()))
        self._offers = [[role.pk, role.as_asked()] for role, _may in self.offered]
        self.fields["shown"].initial = signing.dumps(self._offers, salt=self._SEAL, compress=True)
        self.what_changed = what_changed(after.offered_before, self._offers) if after else []
        if after:
            self.initial.update({name: after[name].value() for name in ("answer", "roles", "length")})

    @property
    def lengths(self):
        """The lengths as the page draws them: value, length, whether it is chosen."""
        chosen = str(self["length"].value() or "")
        spans = {str(int(span.total_seconds())): span for span in _lengths()}
        return [(value, span, value == chosen) for value, span in spans.items()]

    @property
    def approves(self):
        """Whether it says yes."""
        return self.cleaned_data.get("answer") == self.APPROVE

    @property
    def offered_before(self):
        """What was offered when the page was drawn; of a form that does not say so, what is offered now."""
        try:
            return signing.loads(self["shown"].value() or "", salt=self._SEAL)
        except signing.BadSignature:
            return self._offers

    @property
    def is_outdated(self):
        """Whether something else is offered now."""
        return self.offered_before != self._offers

    def clean(self):
        """A yes says to what, and for how long."""
        cleaned = super().clean()
        if not self.approves:
            return cleaned
        if not cleaned.get("roles") and "roles" not in self.errors:
            self.add_error("roles", _("Choose at least one bundle."))
        if not cleaned.get("seen") and "seen" not in self.errors:
            self.add_error("seen", _("Open the page again, and answer there."))
        if cleaned.get("length") is None and "length" not in self.errors:
            self.add_error("length", _("Choose one of the lengths."))
        return cleaned

    def given(self):
        """The cleaned values as the service takes them."""
        return {name: self.cleaned_data[name] for name in ("roles", "length", "seen")}


class OpeningApprovalForm(ApprovalForm):
    """The same while a case is opened, where nothing is said unless somebody says it."""

    OTHERWISE = "later"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].initial = self.OTHERWISE
        self.fields["answer"].required = self.fields["seen"].required = False

    @property
    def says_yes(self):
        """Whether *Yes* is chosen, as the page draws it."""
        return self["answer"].value() == self.APPROVE


class AskAccessForm(_WithBundles):
    """Support asks: with which bundles, and why."""

    roles = BundlesField()
    reason = WrittenField(
        rows=4,
        max_length=2_000,
        label=_("Why does support have to enter the account?"),
        help_text=_("The customer reads it. Say what you look for, and where."),
        error_messages={"required": _("Say why support has to enter the account.")},
    )


def what_changed(before, now):
    """What is offered otherwise than before, in sentences.

    :param before: ``[[id of the bundle, what it means], …]``, and so is ``now``
    """
    was, offered = dict(before), dict(now)
    gone = [
        gettext("“%(name)s” is not on offer any more.") % _facts(one) for pk, one in was.items() if pk not in offered
    ]
    new = [gettext("“%(name)s” can be approved too now.") % _facts(one) for pk, one in offered.items() if pk not in was]
    both = [(was[pk], one) for pk, one in offered.items() if pk in was and was[pk] != one]
    return [*gone, *(_difference(*pair) for pair in both), *new]


def _difference(was, now):
    more = [right for right in now["permissions"] if right not in was["permissions"]]
    less = [right for right in was["permissions"] if right not in now["permissions"]]
    if more and less:
        return gettext("“%(name)s” opens something else now: also %(more)s, and no longer %(less)s.") % _facts(
            now, more, less
        )
    if more:
        return gettext("“%(name)s” opens more now: also %(more)s.") % _facts(now, more)
    if less:
        return gettext("“%(name)s” opens less now: no longer %(less)s.") % _facts(now, less=less)
    return gettext("“%(name)s” is described otherwise now.") % _facts(now)


def _facts(role, more=(), less=()):
    rights = {"more": more, "less": less}
    return {name: spell_list([str(AccountPermission(one).label) for one in some]) for name, some in rights.items()} | {
        "name": gettext(role["name"])
    }


def _lengths():
    most = settings.PORTAL_CASE_ACCESS_MAX
    spans = {timedelta(days=days) for days in _DAYS} | {settings.PORTAL_CASE_ACCESS_OFFERED, most}
    return sorted(span for span in spans if span <= most)

"""The answer, and making access less."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import AccountPermission
from frame.fields import MomentField
from frame.wording import spell_moment

from ..models import Seen
from ..services import Window
from ..states import ReviewAnswer, Status
from .fields import permission_field


class SeenForm(forms.Form):
    """What stood on the page when the button was pressed."""

    status = forms.ChoiceField(choices=Status, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    digest = forms.RegexField(r"^[0-9a-f]{64}\Z", widget=forms.HiddenInput)

    @property
    def seen(self):
        """The :class:`~access_requests.models.Seen` of the cleaned values."""
        return Seen(self.cleaned_data["status"], self.cleaned_data["version"], self.cleaned_data["digest"])

    @property
    def is_stale(self):
        """Whether the page showed something else than what is there now."""
        told = {"status", "version", "digest"} <= self.cleaned_data.keys()
        return told and self.seen != self.request.as_seen()


class EndChoiceMixin:
    """The choice of an end, the same where a request is approved and where access is made shorter."""

    def end_choices(self, *, asked_words, latest, starts_at):
        """As it is, today only, one day, or an own earlier end; each says its end."""
        zone, at = self.account.zone, self.at
        self.ends = {"asked": None}
        words = [("asked", asked_words, spell_moment(latest, zone))]
        tonight = at.astimezone(zone).replace(hour=23, minute=59, second=0, microsecond=0)
        for name, label, end in (
            ("today", _("Today only"), tonight),
            ("day", _("1 day"), max(at, starts_at) + timedelta(days=1)),
        ):
            if max(at, starts_at) < end < latest:
                self.ends[name] = end
                words.append((name, label, spell_moment(end, zone)))
        words.append(("other", _("Another, earlier end"), ""))
        self.until_words = words
        self.fields["until"].choices = [(name, label) for name, label, _end in words]

    def chosen_end(self, data):
        """The chosen end, or ``None`` for as it is."""
        if data.get("until") != "other":
            return self.ends.get(data.get("until"))
        try:
            end = self.fields["other_end"].in_zone(data.get("other_end"), self.account.zone)
        except ValidationError as error:
            self.add_error("other_end", error)
            return None
        if end is None:
            self.add_error("other_end", _("Say until when, or choose another end above."))
        elif not max(self.at, self.starts_at) < end <= self.latest:
            self.add_error("other_end", _("Choose an end after the start and not later than was asked."))
        return end


class DecisionForm(EndChoiceMixin, SeenForm):
    """The answer: yes, less than asked, no, or "I did not expect this"."""

    APPROVE, DENY, UNEXPECTED = "approve", "deny", "unexpected"

    administrator = forms.BooleanField(required=False, label=gettext_lazy("Administrator"))
    may_delegate = forms.BooleanField(required=False, label=gettext_lazy("May add colleagues"))
    permissions = permission_field()
    until = forms.ChoiceField(required=False, label=gettext_lazy("Until when"))
    other_end = MomentField(required=False, label=gettext_lazy("Last day and time"))
    note = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("A word with your answer"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "area"}),
    )
    answer = forms.ChoiceField(
        choices=[(APPROVE, APPROVE), (DENY, DENY), (UNEXPECTED, UNEXPECTED)],
        error_messages={"required": gettext_lazy("Choose an answer with one of the buttons.")},
    )

    def __init__(self, *args, access_request, at, **kwargs):
        self.request, self.account, self.at = access_request, access_request.account, at
        seen = access_request.as_seen()
        kwargs["initial"] = {
            "status": seen.status,
            "version": seen.version,
            "digest": seen.digest,
            "administrator": access_request.administrator,
            "may_delegate": access_request.may_delegate and self.account.partners_may_add_colleagues,
            "permissions": [right.value for right in access_request.rights],
            "until": "asked",
        } | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        window = Window(access_request.starts_at, access_request.ends_at, access_request.duration)
        self.starts_at, self.latest = window.bounds(at)
        self.end_choices(asked_words=_("As asked"), latest=self.latest, starts_at=self.starts_at)

    def clean(self):
        """Only a yes needs more than a button; a no never waits for a wrong date."""
        data = super().clean()
        if data.get("answer") == self.APPROVE:
            data["ends_at"] = self.chosen_end(data)
            asked = {right.value for right in self.request.rights}
            nothing = not data.get("administrator") and not set(data.get("permissions", [])) & asked
            if nothing and "permissions" not in self.errors:
                self.add_error("permissions", _("Leave at least one right switched on, or deny access."))
            return data
        for field in ("permissions", "until", "other_end", "note"):
            if field in self.errors:
                del self.errors[field]
        return data

    def given(self):
        """What is given, as the service takes it."""
        data = self.cleaned_data
        return {
            "administrator": data["administrator"],
            "may_delegate": data["may_delegate"],
            "permissions": [AccountPermission(right) for right in data["permissions"]],
            "ends_at": data["ends_at"],
            "note": data["note"],
        }


class ShortenForm(EndChoiceMixin, forms.Form):
    """Make access end earlier, and leave the rest of it as it is."""

    answer = forms.ChoiceField(choices=[(ReviewAnswer.SHORTEN, "")], widget=forms.HiddenInput)
    until = forms.ChoiceField(
        label=gettext_lazy("Until when"), error_messages={"required": gettext_lazy("Choose until when.")}
    )
    other_end = MomentField(required=False, label=gettext_lazy("Last day and time"))

    def __init__(self, *args, grant, at, **kwargs):
        self.account, self.at = grant.account, at
        self.starts_at, self.latest = grant.starts_at, grant.ends_at
        kwargs["initial"] = {"answer": ReviewAnswer.SHORTEN, "until": "other"}
        super().__init__(*args, **kwargs)
        self.end_choices(asked_words="", latest=self.latest, starts_at=self.starts_at)
        self.until_words = self.until_words[1:]  # to leave it as it is, it is kept
        self.fields["until"].choices = [(name, label) for name, label, _end in self.until_words]

    def clean(self):
        """The chosen end is earlier than the present one.

        :raises ValidationError: naming the rule
        """
        data = super().clean()
        data["ends_at"] = self.chosen_end(data)
        if data["ends_at"] == self.latest:
            self.add_error("other_end", _("This is when it ends already. Choose an earlier end."))
        return data


class LessForm(EndChoiceMixin, forms.Form):
    """Make access that was given less: fewer rights, an earlier end, no adding of colleagues."""

    may_delegate = forms.BooleanField(required=False, label=gettext_lazy("May add colleagues"))
    permissions = permission_field()
    until = forms.ChoiceField(label=gettext_lazy("Until when"))
    other_end = MomentField(required=False, label=gettext_lazy("Last day and time"))

    def __init__(self, *args, grant, rights, at, **kwargs):
        self.grant, self.account, self.at = grant, grant.account, at
        self.starts_at, self.latest = grant.starts_at, grant.ends_at
        kwargs["initial"] = {
            "may_delegate": grant.may_delegate,
            "permissions": [right.value for right in rights],
            "until": "asked",
        }
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [(right.value, right.label) for right in rights]
        self.end_choices(asked_words=_("As it is"), latest=self.latest, starts_at=self.starts_at)

    def clean(self):
        """There must be something left; for nothing there is *End access*."""
        data = super().clean()
        data["ends_at"] = self.chosen_end(data) or self.latest
        if not data.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", _("Leave at least one right switched on, or end the access."))
        return data

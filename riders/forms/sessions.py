"""What people type about remote sessions."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.fields import MomentField

REVISION_MAX = 2**31 - 1


class ButtonForm(forms.Form):
    """A button that says everything by itself."""


class AttendingForm(forms.Form):
    """A button beside somebody who takes part: about whom, and the revision of the plan its reader saw."""

    attendee = forms.ChoiceField(error_messages={"invalid_choice": gettext_lazy("This one takes no part.")})
    seen = forms.IntegerField(min_value=0, max_value=REVISION_MAX)

    def __init__(self, *args, attendees, **kwargs):
        super().__init__(*args, **kwargs)
        self.attendees = {str(one.pk): one for one in attendees}
        self.fields["attendee"].choices = [(key, one.name) for key, one in self.attendees.items()]

    def clean_attendee(self):
        """Who it is about."""
        return self.attendees[self.cleaned_data["attendee"]]


class PlanForm(forms.Form):
    """From when until when a session is to be, on the account's own clock."""

    starts_at = MomentField(
        label=gettext_lazy("From"), error_messages={"required": gettext_lazy("Say when it begins.")}
    )
    ends_at = MomentField(label=gettext_lazy("Until"), error_messages={"required": gettext_lazy("Say when it ends.")})

    def __init__(self, *args, zone, session=None, **kwargs):
        if session is not None and session.starts_at:
            shown = {name: getattr(session, name).astimezone(zone) for name in ("starts_at", "ends_at")}
            planned = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in shown.items()}
            kwargs["initial"] = planned | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.zone = zone
        if session is not None:
            self.fields["seen"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=session.revision, min_value=0, max_value=REVISION_MAX
            )

    def clean_starts_at(self):
        """The moment on the account's own clock."""
        return self.fields["starts_at"].in_zone(self.cleaned_data["starts_at"], self.zone)

    def clean_ends_at(self):
        """The moment on the account's own clock."""
        return self.fields["ends_at"].in_zone(self.cleaned_data["ends_at"], self.zone)


class AttendeeForm(forms.Form):
    """Whom to invite: somebody from a list, or a third party by name and address."""

    person = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Somebody with an account"),
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": gettext_lazy("Choose somebody who can see this case.")},
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Or a third party: name"),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("They get no mail from the portal. Tell them yourself, and confirm for them here."),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args, customers, support, account, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in [*customers, *support]}
        self.fields["person"].choices = [
            ("", _("Nobody")),
            (account.name, [(str(person.pk), str(person)) for person in customers]),
            (_("Support"), [(str(person.pk), str(person)) for person in support]),
        ]

    def clean_person(self):
        """The person, or ``None``."""
        return self.people.get(self.cleaned_data["person"])

    def clean(self):
        """One of the two, not both and not neither."""
        data = super().clean()
        if data.get("person") and (data.get("name") or data.get("email")):
            raise ValidationError(_("Choose somebody from the list, or name a third party: one at a time."))
        return data


class StartForm(forms.Form):
    """How to join a session that begins: by a link of support's own tool, or as the customer says."""

    joining = forms.CharField(error_messages={"required": gettext_lazy("Say how the others join.")})

    def __init__(self, *args, session, **kwargs):
        asked = session.request.link if session.request else ""
        kwargs["initial"] = {"joining": asked} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        field = self.fields["joining"]
        if session.ours:
            field.label = _("Link to join by")
            field.help_text = _("It begins with https://, and goes out as a comment on the case.")
            field.max_length = 500
            field.widget = forms.URLInput(attrs={"class": "input", "autocomplete": "off", "maxlength": "500"})
        else:
            field.label = _("How support joins")
            field.help_text = _("It goes out as a comment on the case. Leave out any password you use elsewhere.")
            field.widget = forms.Textarea(attrs={"class": "area", "rows": 4, "maxlength": "2000"})


class ToolsForm(forms.Form):
    """Which tools an account permits for remote sessions."""

    primary_permitted = forms.BooleanField(required=False)
    others = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Tools that are permitted instead"),
        help_text=gettext_lazy("For example the names of two meeting programs."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args, tool, tools, **kwargs):
        kwargs["initial"] = {"primary_permitted": tools.ours, "others": tools.row.others if tools.row else ""}
        super().__init__(*args, **kwargs)
        self.fields["primary_permitted"].label = _("%(tool)s is permitted") % {"tool": tool}
        self.fields["primary_permitted"].help_text = _("Support begins sessions with it and sends the link to join.")

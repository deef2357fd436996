"""Fields that forms of several apps share."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class MomentField(forms.CharField):
    """A day and a time on the account's own clock, typed by the browser's picker; the form says in which zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": gettext_lazy("Give a day and a time, for example 2026-11-27T17:00.")}

    def __init__(self, **kwargs):
        super().__init__(max_length=25, **kwargs)

    def in_zone(self, text, zone):
        """The moment the text means in ``zone``, in UTC, or ``None`` where nothing was typed.

        Two moments of one zone would be compared by what the clock shows, an hour wrong where clocks are put back.

        :raises ValidationError: it is no moment, or one that the clocks skip in that zone
        """
        if not text:
            return None
        for pattern in MOMENT_FORMATS:
            try:
                naive = datetime.strptime(text, pattern)  # noqa: DTZ007 - placed in the zone below
            except ValueError:
                continue
            return self._placed(naive, zone)
        raise ValidationError(self.error_messages["invalid"])

    def _placed(self, naive, zone):
        if not 2000 <= naive.year <= 2200:
            raise ValidationError(self.error_messages["invalid"])
        moment = naive.replace(tzinfo=zone)
        back = datetime.fromtimestamp(moment.timestamp(), tz=zone)
        if back.replace(tzinfo=None) != naive:
            raise ValidationError(_("The clocks are put forward then: this time does not exist. Choose another."))
        return moment.astimezone(UTC)

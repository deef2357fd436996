"""What is done about remote sessions from outside, in words."""

from django.utils.translation import gettext_lazy

SESSIONS = "session.*"  # in a receipt: whatever was done about them

# One sentence for each event in the trail
ABOUT_SESSIONS = {
    "session.planned": gettext_lazy("%(name)s chose a time for a remote session of case %(case)s"),
    "session.moved": gettext_lazy("%(name)s chose another time for a remote session of case %(case)s"),
    "session.started": gettext_lazy("%(name)s began a remote session of case %(case)s"),
    "session.ended": gettext_lazy("%(name)s ended a remote session of case %(case)s"),
    "session.cancelled": gettext_lazy("%(name)s called off a remote session of case %(case)s"),
    "attendee.invited": gettext_lazy("%(name)s invited %(who)s to a remote session of case %(case)s"),
    "attendee.confirmed": gettext_lazy("%(name)s confirmed for %(who)s a remote session of case %(case)s"),
    "attendee.withdrawn": gettext_lazy("%(name)s said that %(who)s takes no part in a remote session of case %(case)s"),
}

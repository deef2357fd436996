"""What somebody from outside does on a case, in words: by the event it leaves in the trail, as plain data."""

from django.utils.translation import gettext_lazy, ngettext_lazy

# What it was, in one sentence
ON_CASES = {
    "case.opened": gettext_lazy("%(name)s opened case %(case)s: %(subject)s"),
    "case.commented": gettext_lazy("%(name)s wrote on case %(case)s: %(subject)s"),
    "case.changed": gettext_lazy("%(name)s said whom case %(case)s waits for: %(subject)s"),
    "case.solved": gettext_lazy("%(name)s said that case %(case)s is solved: %(subject)s"),
    "case.reopened": gettext_lazy("%(name)s reopened case %(case)s: %(subject)s"),
    "case.closed": gettext_lazy("%(name)s closed case %(case)s for good: %(subject)s"),
    "case.followed": gettext_lazy("%(name)s follows case %(case)s: %(subject)s"),
    "case.unfollowed": gettext_lazy("%(name)s no longer follows case %(case)s: %(subject)s"),
    "session.drafted": gettext_lazy("%(name)s wrote a request for a remote session of case %(case)s: %(subject)s"),
    "session.requested": gettext_lazy("%(name)s asked support for a remote session of case %(case)s: %(subject)s"),
    "session.withdrawn": gettext_lazy(
        "%(name)s withdrew the request for a remote session of case %(case)s: %(subject)s"
    ),
}

# On what support would change in the account
ON_CHANGES = {
    "change.proposed": gettext_lazy("%(name)s proposed a change of the configuration: %(reason)s"),
    "change.withdrawn": gettext_lazy("%(name)s withdrew a proposed change of the configuration"),
}

SESSIONS = "session.*"  # in a receipt: whatever was done about them

# On a session, in one sentence
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

# How often it was done, in the receipt of an access
DONE = {
    "change.proposed": ngettext_lazy(
        "Configuration, %(count)d change proposed", "Configuration, %(count)d changes proposed", "count"
    ),
    "change.withdrawn": ngettext_lazy(
        "Configuration, %(count)d proposal withdrawn", "Configuration, %(count)d proposals withdrawn", "count"
    ),
    "case.opened": ngettext_lazy("Cases, %(count)d opened", "Cases, %(count)d opened", "count"),
    "case.commented": ngettext_lazy("Cases, %(count)d comment", "Cases, %(count)d comments", "count"),
    "case.changed": ngettext_lazy(
        "Cases, %(count)d time said whom one waits for", "Cases, %(count)d times said whom one waits for", "count"
    ),
    "case.solved": ngettext_lazy("Cases, %(count)d solved", "Cases, %(count)d solved", "count"),
    "case.reopened": ngettext_lazy("Cases, %(count)d reopened", "Cases, %(count)d reopened", "count"),
    "case.closed": ngettext_lazy("Cases, %(count)d closed for good", "Cases, %(count)d closed for good", "count"),
    "case.followed": ngettext_lazy("Cases, %(count)d followed", "Cases, %(count)d followed", "count"),
    "case.unfollowed": ngettext_lazy(
        "Cases, %(count)d no longer followed", "Cases, %(count)d no longer followed", "count"
    ),
    "session.drafted": ngettext_lazy(
        "Remote sessions, %(count)d request written", "Remote sessions, %(count)d requests written", "count"
    ),
    "session.requested": ngettext_lazy(
        "Remote sessions, %(count)d asked for", "Remote sessions, %(count)d asked for", "count"
    ),
    "session.withdrawn": ngettext_lazy(
        "Remote sessions, %(count)d request withdrawn", "Remote sessions, %(count)d requests withdrawn", "count"
    ),
    SESSIONS: ngettext_lazy("Remote sessions, %(count)d step", "Remote sessions, %(count)d steps", "count"),
}

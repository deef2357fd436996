"""What somebody from outside does about asking for a remote session, in words: by its event in the trail."""

from django.utils.translation import gettext_lazy, ngettext_lazy

# What it was, in one sentence
ON_REQUESTS = {
    "session.drafted": gettext_lazy("%(name)s wrote a request for a remote session of case %(case)s"),
    "session.requested": gettext_lazy("%(name)s asked support for a remote session of case %(case)s"),
    "session.withdrawn": gettext_lazy("%(name)s withdrew the request for a remote session of case %(case)s"),
}

# How often it was done, in the receipt of an access
ASKED = {
    "session.drafted": ngettext_lazy(
        "Remote sessions, %(count)d request written", "Remote sessions, %(count)d requests written", "count"
    ),
    "session.requested": ngettext_lazy(
        "Remote sessions, %(count)d asked for", "Remote sessions, %(count)d asked for", "count"
    ),
    "session.withdrawn": ngettext_lazy(
        "Remote sessions, %(count)d request withdrawn", "Remote sessions, %(count)d requests withdrawn", "count"
    ),
}

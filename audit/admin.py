"""Staff's windows on the trail and on the state of its chains."""

import re

from django.contrib import admin
from django.db.models import F
from django.db.models.fields.json import KT
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frame.staff import Window, id_in_path, kept, list_of, page_of_row
from frame.templatetags.frame import account_tag

from .models import TrailHead, TrailLine
from .record import line_hash
from .selectors import BETWEEN_THEM
from .verification import verify_chain

_ID = re.compile(r"^[0-9a-f]{32}\Z")
CHECKED_ON_A_PAGE = 20_000


class Noun(admin.SimpleListFilter):
    """Narrows the trail to what happened to one sort of thing: the word before the point."""

    title = gettext_lazy("what it happened to")
    parameter_name = "noun"

    def lookups(self, request, model_admin):
        """The sorts of things there are."""
        return [
            ("request", _("Requests")),
            ("grant", _("Access")),
            ("account", _("Accounts")),
            ("membership", _("Memberships")),
            ("invitation", _("Invitations")),
            ("person", _("People")),
            ("partnership", _("Partnerships")),
            ("settings", _("Settings")),
            ("configuration", _("Configuration")),
            ("article", _("Articles")),
            ("review", _("Reviews")),
            ("rider", _("Terms for remote sessions")),
            ("mail", _("Mails")),
            ("access", _("Refusals")),
        ]

    def queryset(self, request, queryset):
        """The lines of that sort."""
        known = self.value() in {value for value, _words in self.lookup_choices}
        return queryset.filter(event__startswith=f"{self.value()}.") if known else queryset


@admin.register(TrailLine)
class Trail(Window):
    """What happened, newest first."""

    list_display = ["at", "event", "who", "tag", "about", "facts"]
    list_filter = [Noun]
    search_fields = ["event", "actor", "account", "subject", "case", "request_id"]
    search_help_text = gettext_lazy("An event, an address, an account number, an id or a case.")
    ordering = ["-id"]
    narrowed_by = ("account", "chain", "subject", "actor")
    kept_by = "kept_id"
    readable = (
        *("chain", "sequence", "event", "at", "account", "subject", "request_id", "previous_hash", "hash"),
        *("tag", "about", "noun"),
    )
    fieldsets = [
        (None, {"fields": ["event", "at", "actor_name", "actor", "account", "subject", "case", "facts", "grants"]}),
        (gettext_lazy("Where it came from"), {"fields": ["ip", "user_agent", "request_id"]}),
        (
            gettext_lazy("Its place in the chain"),
            {"fields": ["chain", "sequence", "digest", "previous_hash", "hash"]},
        ),
    ]
    readonly_fields = ["facts"]

    def mark(self, rows):
        """A line is kept with the request or the access it is about, or whose page somebody was refused."""
        path = rows.annotate(path_said=KT("details__path"))
        marked = super().mark(path.annotate(kept_id=id_in_path("path_said", default=F("subject"))))
        return marked.annotate(is_kept=kept("kept_id") | BETWEEN_THEM)

    def history_of(self, row):
        """Everything about the same thing."""
        return TrailLine.objects.filter(chain=row.chain, subject=row.subject).order_by("sequence")

    def facts_beside(self, request, row):
        """Whether the line is as it was written, and the way to its chain."""
        whole = TrailLine.objects.get(pk=row.pk)
        head = TrailHead.objects.filter(chain=row.chain).first()
        context = {"right": line_hash(whole) == whole.hash, "chain": head and page_of_row(head)}
        return render_to_string("admin/audit/line.html", context)

    @admin.display(description=gettext_lazy("person"), ordering="actor")
    def who(self, line):
        """Who acted: a person, or the portal itself."""
        if getattr(line, "is_kept", False):
            return None
        return format_html("{}<br><small>{}</small>", line.actor_name, line.actor) if line.actor else _("the portal")

    @admin.display(description=gettext_lazy("account number"), ordering="account")
    def tag(self, line):
        """The account's number on its key tag; nothing where the line is the vendor's."""
        return account_tag(line.account) if line.account else ""

    @admin.display(description=gettext_lazy("about"), ordering="subject")
    def about(self, line):
        """What it is about; of a long id the first six digits, the whole id stands on the line's page."""
        return line.subject[:6] if _ID.match(line.subject) else line.subject

    @admin.display(description=gettext_lazy("details"))
    def facts(self, line):
        """The details on one line, with whatever a terminal or a page would obey made visible."""
        said = ", ".join(f"{name}: {_plain(value)}" for name, value in sorted((line.details or {}).items()))
        return _visible(said)[:400]


@admin.register(TrailHead)
class Chains(Window):
    """Where each account's chain ends. The page of a chain checks it."""

    list_display = ["chain", "sequence", "hash"]
    search_fields = ["chain"]
    search_help_text = gettext_lazy("An account number, or “vendor” for what concerns no account.")
    ordering = ["chain"]

    def facts_beside(self, request, row):
        """Whether the chain is whole, found out now, unless it is too long for a page."""
        checked = row.sequence <= CHECKED_ON_A_PAGE
        context = {
            "checked": checked,
            "fault": verify_chain(row.chain) if checked else None,
            "head": row,
            "lines": f"{list_of(TrailLine)}?chain={row.chain}",
        }
        return render_to_string("admin/audit/chain.html", context)


def _plain(value):
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _visible(text):
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)

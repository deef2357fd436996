"""Staff's windows on mails and notices."""

from django.contrib import admin, messages
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Substr
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit import selectors as trail
from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, id_in_path, kept
from frame.templatetags.frame import account_tag, pill

from . import services
from .letters import allow_styles
from .models import Mail, MailState, Notice

PILLS = {MailState.WAITING: "pending", MailState.SENT: "delivered", MailState.GIVEN_UP: "denied"}


def _kept_mails(rows):
    """Mails, each with the public id of what it is about."""
    return rows.annotate(kept_id=Substr("about", 1, 32))


@admin.register(Mail)
class Mails(Window):
    """What is on its way, what left, and what was given up."""

    list_display = ["subject", "to", "tag", "state_now", "attempts", "created_at", "sent_at"]
    list_filter = ["state", ("created_at", admin.DateFieldListFilter), "event"]
    search_fields = ["to", "subject", "about", "account", "message_id"]
    search_help_text = _("An address, words of the subject, an account number, an id or a Message-ID.")
    narrowed_by = ("account", "to", "about")
    kept_by = "kept_id"
    readable = (
        *("about", "account", "created_at", "state", "due_at", "leased_until", "attempts", "sent_at"),
        *("tag", "state_now"),
    )
    fieldsets = [
        (None, {"fields": ["to", "subject", "account", "event", "about", "message_id"]}),
        (
            _("How it is going"),
            {"fields": ["state_now", "attempts", "created_at", "due_at", "leased_until", "sent_at", "last_error"]},
        ),
    ]
    readonly_fields = ["state_now"]
    actions = ["send_again"]
    on_the_page = ("send_again",)

    def mark(self, rows):
        """A mail is kept with the request or the access it is about."""
        return super().mark(_kept_mails(rows))

    def history_of(self, row):
        """When staff sent it again."""
        return trail.history(row.pk).filter(event__startswith="mail.")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The mail as it looks, under a policy that lets its own style block in and nothing else."""
        response = super().change_view(request, object_id, form_url, extra_context)
        return allow_styles(request, response, [response.context_data["row"].html])

    def facts_beside(self, request, row):
        """The mail as a mail program shows it, and its text."""
        return render_to_string("admin/notifications/letter.html", {"mail": row}) if row.html else ""

    def has_send_again_permission(self, request):
        """Whoever holds Django's permission to change mails."""
        return self.holds(request, "change")

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, mail):
        """How far it is, as a word, a colour and a sign."""
        return pill(PILLS[mail.state], mail.get_state_display())

    @admin.display(description=_("account number"), ordering="account")
    def tag(self, mail):
        """The account's number on its key tag."""
        return account_tag(mail.account) if mail.account else ""

    @admin.action(description=_("Send again"), permissions=["send_again"])
    def send_again(self, request, queryset):
        """Try the chosen mails once more, of those that were given up."""
        done = 0
        for mail in queryset.order_by("pk"):
            try:
                services.send_again(mail=mail, by=request.user, at=clock.now())
            except NotAllowedNow as refusal:
                messages.error(request, f"{self.name_of(mail)}: {refusal}")
            else:
                done += 1
        if done:
            words = ngettext("%(count)d mail is on its way again.", "%(count)d mails are on their way again.", done)
            messages.success(request, words % {"count": done})


@admin.register(Notice)
class Notices(Window):
    """What people were told in the portal."""

    list_display = ["title", "recipient", "tag", "event", "created_at", "read_at"]
    list_filter = [("read_at", admin.EmptyFieldListFilter), ("created_at", admin.DateFieldListFilter), "event"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "title", "account"]
    search_help_text = _("A person’s address, words of the title, or an account number.")
    narrowed_by = ("account", "recipient__email")
    kept_by = "kept_id"
    readable = ("account", "created_at", "read_at", "tag")
    exclude = ["key"]

    def mark(self, rows):
        """A notice is kept with the page it leads to, and with the mail it goes beside."""
        mails = _kept_mails(Mail.objects.filter(key=OuterRef("key"))).filter(kept("kept_id"))
        marked = rows.annotate(kept_id=id_in_path("path", default=F("key")))
        return marked.annotate(is_kept=kept("kept_id") | Q(Exists(mails)))

    @admin.display(description=_("account number"), ordering="account")
    def tag(self, notice):
        """The account's number on its key tag."""
        return account_tag(notice.account) if notice.account else ""

"""Staff's windows on mails and notices."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window
from frame.templatetags.frame import account_tag

from . import services
from .models import Mail, Notice


@admin.register(Mail)
class Mails(Window):
    """What is on its way, what left, and what was given up."""

    list_display = ["to", "subject", "tag", "state", "attempts", "created_at", "sent_at"]
    list_filter = ["state", "event"]
    search_fields = ["to", "subject", "about", "account", "message_id"]
    exclude = ["html", "key"]
    actions = ["send_again"]

    def has_send_again_permission(self, request):
        """Whoever holds Django's permission to change mails."""
        return self.holds(request, "change")

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
                messages.error(request, f"{mail.to}: {refusal}")
            else:
                done += 1
        if done:
            words = ngettext("%(count)d mail is on its way again.", "%(count)d mails are on their way again.", done)
            messages.success(request, words % {"count": done})


@admin.register(Notice)
class Notices(Window):
    """What people were told in the portal."""

    list_display = ["recipient", "title", "tag", "event", "created_at", "read_at"]
    list_filter = ["event", ("read_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "title", "account"]
    exclude = ["key"]

    @admin.display(description=_("account number"), ordering="account")
    def tag(self, notice):
        """The account's number on its key tag."""
        return account_tag(notice.account) if notice.account else ""

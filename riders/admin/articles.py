"""Staff's window on the articles: written, shown as customers see them, published and taken back."""

from django.contrib import admin, messages
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, ngettext

from audit import selectors as trail
from frame import clock
from frame.staff import staff_tools

from .. import services
from ..models import Article
from ..services.articles import subject_of
from .writing import Writing


@admin.register(Article)
class Articles(Writing):
    """What support has written down for customers."""

    list_display = ["title", "slug", "published_at", "published_by", "changed_at", "changed_by"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    list_select_related = ["published_by", "changed_by"]
    search_fields = ["title", "slug"]
    search_help_text = gettext_lazy("A word of the title.")
    ordering = ["title", "id"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "published_at", "published_by", "changed_at", "changed_by"]}),
    ]
    actions = ["publish", "withdraw"]
    words = {"add": gettext_lazy("Write an article"), "added": gettext_lazy("Saved. Nobody but staff sees it yet.")}

    def write(self, **typed):
        """Add an article; nobody but staff sees it yet."""
        return services.add_article(**typed)

    def rewrite(self, row, **typed):
        """Change an article."""
        return services.change_article(article=row, **typed)

    def buttons_of(self, row):
        """What can be done with it now."""
        return ("withdraw",) if row.published_at else ("publish",)

    def history_of(self, row):
        """Each step of it."""
        return trail.history(subject_of(row))

    def facts_beside(self, request, row):
        """The article as customers see it."""
        return render_to_string("admin/riders/written.html", {"title": row.title, "text": row.text})

    def has_publish_permission(self, request):
        """Whoever holds Django's permission to change articles."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request, queryset):
        """Let customers read the chosen articles."""
        request.require_fresh_second_factor()
        by, at = request.user, clock.now()
        done = self.do_to_each(request, queryset, lambda row: services.publish_article(article=row, by=by, at=at))
        if done:
            words = ngettext("%(count)d article was published.", "%(count)d articles were published.", done)
            messages.success(request, words % {"count": done})

    @admin.action(description=gettext_lazy("Take back"), permissions=["publish"])
    def withdraw(self, request, queryset):
        """Take the chosen articles back: customers no longer find them."""
        request.require_fresh_second_factor()
        by, at = request.user, clock.now()
        done = self.do_to_each(request, queryset, lambda row: services.withdraw_article(article=row, by=by, at=at))
        if done:
            words = ngettext("%(count)d article was taken back.", "%(count)d articles were taken back.", done)
            messages.success(request, words % {"count": done})


@receiver(staff_tools, sender=Article, dispatch_uid="writing_an_article")
def writing_an_article(sender, *, request, row, **kwargs):
    """Writing one, from the list and from the page of one."""
    window: Articles = admin.site.get_model_admin(Article)  # type: ignore[assignment]
    return window.tools(request, row)

"""What support has written down for customers."""

import unicodedata

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """Articles that customers may read."""
        return self.filter(published_at__isnull=False)


class Article(models.Model):
    """One answer to a common question, in Markdown. Customers read it once it is published."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), max_length=50_000)
    # Title and text as they are searched: databases differ in what they take for the same letter
    sought = models.TextField(editable=False)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="a_published_article_says_by_whom",
            ),
        ]

    def __str__(self):
        return self.title

    @staticmethod
    def folded(text):
        """Words as they are compared in a search: capital or not, composed or not."""
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())

"""What support has written down for customers: staff write it, publish it and take it back."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from ..models import Article
from .writing import write

_TAKEN = ("suggested",)  # an address of our own below the articles


@transaction.atomic
def add_article(*, title, text, by, at):
    """Write an article. Customers read it once it is published; its address is made of the title and stays.

    The admin site has asked whether ``by`` may.

    :param text: Markdown
    :raises ValidationError: no title or no text
    """
    article = _checked(Article(changed_at=at, changed_by=by), title, text)
    article.slug = _free_slug(article.title)
    article.full_clean()
    article.save(force_insert=True)
    record("article.added", by=by, subject=subject_of(article), at=at, **_facts(article))
    return article


@transaction.atomic
def change_article(*, article, title, text, by, at):
    """Write an article anew. What is published reads so at once.

    :raises ValidationError: as :func:`add_article`, or nothing would change
    """
    article = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    before = _facts(article)
    if _facts(_checked(article, title, text)) == before:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")
    article.changed_at, article.changed_by = at, by
    article.save(force_update=True)
    record("article.changed", by=by, subject=subject_of(article), at=at, before=before, after=_facts(article))
    return article


@transaction.atomic
def publish_article(*, article, by, at):
    """Let customers read an article.

    :raises NotAllowedNow: they read it already
    """
    hidden = Article.objects.filter(pk=article.pk, published_at=None)
    if not hidden.update(published_at=at, published_by=by):
        raise NotAllowedNow(_("This article is published already."))
    article.refresh_from_db()
    record("article.published", by=by, subject=subject_of(article), at=at, **_facts(article))
    return article


@transaction.atomic
def withdraw_article(*, article, by, at):
    """Take an article back: customers no longer find it.

    :raises NotAllowedNow: it is not published
    """
    if not Article.objects.published().filter(pk=article.pk).update(published_at=None, published_by=None):
        raise NotAllowedNow(_("This article is not published."))
    article.refresh_from_db()
    record("article.withdrawn", by=by, subject=subject_of(article), at=at, **_facts(article))
    return article


def subject_of(article):
    """What the trail calls an article."""
    return f"article-{article.slug}"


def _checked(article, title, text):
    write(article, title, text)
    article.clean_fields(exclude={"slug", "sought"})
    article.sought = Article.folded(f"{article.title}\n{article.text}")
    return article


def _free_slug(title):
    wanted = slugify(title)[:70].strip("-") or "article"
    slug, number = wanted, 1
    while slug in _TAKEN or Article.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def _facts(article):
    text = hashlib.sha256(article.text.encode()).hexdigest()
    return {"title": article.title, "slug": article.slug, "text_sha256": text}

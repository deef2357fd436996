"""The filters for what people write in Markdown: articles, terms and the threads of cases."""

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from frame.markdown import to_html, to_text

register = template.Library()


@register.filter
def markdown(text, top=3) -> SafeString:
    """Write Markdown as HTML; the highest heading gets the level ``top``, for a page keeps its one h1."""
    return mark_safe(to_html(str(text), top=int(top), home=settings.PORTAL_BASE_URL))  # noqa: S308 - cleaned


@register.filter
def plain(text) -> str:
    """Write Markdown as plain text with the same facts, each link with its whole address: for mails of both kinds."""
    return to_text(str(text), home=settings.PORTAL_BASE_URL)

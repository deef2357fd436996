"""The filters for what people write in Markdown: articles, terms and the threads of cases."""

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accounts.permissions import AccountPermission
from accounts.selectors import RoleInWords
from frame.markdown import to_html, to_text

from ..selectors import articles_about

register = template.Library()


@register.filter
def markdown(text, top=3) -> SafeString:
    """Write Markdown as HTML; the highest heading gets the level ``top``, for a page keeps its one h1."""
    return mark_safe(to_html(str(text), top=int(top), home=settings.PORTAL_BASE_URL))  # noqa: S308 - cleaned


@register.filter
def plain(text) -> str:
    """Write Markdown as plain text with the same facts, each link with its whole address: for mails of both kinds."""
    return to_text(str(text), home=settings.PORTAL_BASE_URL)


@register.filter
def bundles_in_words(roles) -> list:
    """Bundles as cases and approvals keep them, in the language that is spoken."""
    return [RoleInWords.of(role) for role in roles]


@register.filter
def after(moment, span):
    """The moment a length after another."""
    return moment + span


@register.inclusion_tag("riders/suggesting.html")
def suggesting(visit, subject="") -> dict:
    """Write the place where articles are suggested while the subject of a case is typed, for who may read them.

    :param subject: what was typed already, where the form was refused
    """
    may_read = AccountPermission.VIEW_ARTICLES in visit.rights
    return {
        "account": visit.account,
        "may_read": may_read,
        "suggested": articles_about(subject or "") if may_read else [],
    }

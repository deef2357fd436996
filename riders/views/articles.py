"""What support has written down: searched and read, and suggested while a subject is typed."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.permissions import AccountPermission as P
from frame import clock
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors
from .entering import enter_customer, enter_desk, show

COLUMNS = (Column("title", _("Title"), lambda row: row.title, ("title",)),)
SEARCH_AT_MOST = 200


@require_safe
def articles(request, number):
    """The published articles, by title; of them those with the words that are looked for."""
    if request.GET.get("format"):
        raise Http404
    visit = enter_customer(request, number, P.VIEW_ARTICLES, "articles")
    return show(request, visit, "articles", _found(request))


@require_safe
def article(request, number, slug):
    """One article."""
    visit = enter_customer(request, number, P.VIEW_ARTICLES, "article", looking=False)
    return show(request, visit, "article", {"article": _known(slug)}, looked=False)


@require_safe
def article_suggestions(request, number):
    """The few articles that fit the subject of a case while it is typed: a piece of the page where one is opened.

    What is shown to somebody from outside is written down; where nothing is shown there is nothing to write down.
    """
    visit = enter_customer(request, number, P.VIEW_ARTICLES, "articles.suggested", looking=False)
    if P.WRITE_CASES not in visit.rights:
        raise Http404
    if not within(request, "suggest"):
        return HttpResponse(status=204)  # htmx leaves what stands there
    found = selectors.articles_about(request.GET.get("subject", "")[:SEARCH_AT_MOST])
    if not found:
        return HttpResponse()
    return show(request, visit, "suggested", {"suggested": found}, looked=False)


@require_safe
def desk_articles(request):
    """The published articles, as customers see them, at support's desk."""
    enter_desk(request)
    return render(request, "riders/desk_articles.html", {"at": clock.now(), **_found(request)})


@require_safe
def desk_article(request, slug):
    """One article, at support's desk."""
    enter_desk(request)
    return render(request, "riders/desk_article.html", {"at": clock.now(), "article": _known(slug)})


def _found(request):
    search = request.GET.get("search", "").strip()[:SEARCH_AT_MOST]
    table = Table(request, lambda at: selectors.articles(search), COLUMNS, clock.now())
    return {"page": table.page(), "search": search}


def _known(slug):
    found = selectors.find_article(slug)
    if found is None:
        raise Http404
    return found

"""What support has written down, to be searched and read."""

from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.permissions import AccountPermission as P
from frame import clock
from frame.tables import Column, Table

from .. import selectors
from .entering import enter_customer, show

COLUMNS = (Column("title", _("Title"), lambda row: row.title, ("title",)),)


@require_safe
def articles(request, number):
    """The published articles, by title."""
    visit = enter_customer(request, number, P.VIEW_ARTICLES, "articles")
    table = Table(request, lambda at: selectors.articles(), COLUMNS, clock.now())
    return show(request, visit, "articles", {"table": table, "page": table.page()})

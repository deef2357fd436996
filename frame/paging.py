"""Lists in pages: twenty rows by default, five to fifty where the reader chooses."""

from django.core.paginator import Paginator
from django.http import Http404

SIZES = (5, 10, 20, 50)
DEFAULT_SIZE = 20


def page_of(request, rows, *, newest_last=False):
    """The page of ``rows`` that the query string asks for (``page``, ``size``).

    :param newest_last: where it asks for none, the last page is given, and not the first
    :raises Http404: there is no such page
    """
    size = _number(request.GET.get("size"), DEFAULT_SIZE)
    paginator = Paginator(rows, size if size in SIZES else DEFAULT_SIZE)
    number = _number(request.GET.get("page"), paginator.num_pages if newest_last else 1)
    if not 1 <= number <= paginator.num_pages:
        raise Http404
    return paginator.page(number)


def _number(text, default):
    if text in (None, ""):
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Http404
    return int(text)

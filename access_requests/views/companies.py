"""Through which of their companies somebody looks at My contacts, and the address that keeps it."""

from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from accounts import selectors as accounts

from .. import selectors


def find_company(request, companies, *, at, customer=""):
    """The company the address names (``company``), else the first that can do something at the customer, or at all.

    :param companies: what :func:`~.selectors.own_companies` gave
    :param customer: the number of the customer the page is about, or an empty string
    :raises Http404: the reader has no such company, or none that serves this customer
    """
    number = request.GET.get("company", "")
    if number:
        found = next((own for own in companies if own.account.number == number), None)
    elif customer:
        found = selectors.company_serving(request.user, companies, customer, at=at)
    else:
        found = next(iter(companies), None)
    if found is None:
        raise Http404
    return found


def find_colleague(request, membership, *, at):
    """Somebody of one of the reader's companies, as membership, and that company.

    :param membership: the id in the address
    :raises Http404: it is nobody of theirs
    """
    companies = {own.account.pk: own for own in selectors.own_companies(request.user, at=at)}
    person = accounts.colleague(membership, companies, at=at) if membership < 2**63 else None
    if person is None:
        raise Http404
    return person, companies[person.account_id]


def contacts_url(company, customer=None, **more):
    """The address of My contacts through a company, at a customer of it."""
    numbers = {"company": company.number, "customer": customer.number if customer else "", **more}
    return f"{reverse('contacts')}?{urlencode({name: value for name, value in numbers.items() if value})}"

"""My contacts: the company's own people, what they may do at one customer, and adding one of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts.authorization import granted
from audit import edge
from frame import clock
from frame.paging import page_of

from .. import selectors, services
from ..forms import AddForm, switches
from .companies import contacts_url, find_colleague, find_company

MATCHES = 8


@require_safe
def contacts(request):
    """The company's own people, and beside each what they may do at the chosen customer."""
    at, user = clock.now(), request.user
    number, words, name = (request.GET.get(key, "").strip()[:300] for key in ("customer", "find", "name"))
    companies = selectors.own_companies(user, at=at)
    own = find_company(request, companies, at=at, customer=number)
    customers = selectors.customers_through(user, own, at=at)
    meant = None if number else selectors.customer_meant(customers, words)
    if meant is not None:
        return redirect(contacts_url(own.account, meant, name=name))
    chosen = get_object_or_404(customers, number=number) if number else None
    page = page_of(request, accounts.colleagues(own.account, at=at, search=name))
    if chosen:
        _describe(page.object_list, user, own, chosen, at=at)
    context = {
        "companies": companies,
        "own": own,
        "chosen": chosen,
        "words": selectors.spell_customer(chosen) if chosen else words,
        "matches": None if chosen else _matches(customers, words, own.account),
        "name": name,
        "page": page,
        "tickable": chosen and any(row.askable for row in page.object_list),
        "said": _said(page.paginator.count, own.account, chosen),
        "at": at,
    }
    return render(request, "access_requests/contacts.html", context)


@require_safe
def customer_options(request):
    """The first few customers that the words typed so far may mean, for the list under the field."""
    at, words = clock.now(), request.GET.get("find", "").strip()[:300]
    own = find_company(request, selectors.own_companies(request.user, at=at), at=at)
    customers = selectors.customers_through(request.user, own, at=at)
    context = {"matches": _matches(customers, words, own.account)}
    return render(request, "access_requests/customer_options.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request, customer, membership):
    """ADD CONTACT AS USER: let one colleague in, on rights one holds oneself (S2-35)."""
    at = clock.now()
    edge.concern(*accounts.concerned(request.user, customer))
    person, own = find_colleague(request, membership, at=at)
    account = get_object_or_404(selectors.customers_through(request.user, own, at=at), number=customer)
    lenders = selectors.lending_grants(request.user, account, company=own.account, at=at)
    lender = lenders.order_by("-ends_at").first()
    if lender is None:
        raise Http404
    form = AddForm(request.POST if request.method == "POST" else None, rights=granted(lender))
    if request.method == "POST" and form.is_valid():
        request.require_fresh_second_factor()
        try:
            services.add_colleague(account=account, membership=person, by=request.user, at=at, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        else:
            words = _("%(name)s can open the account of %(account)s now, and %(account)s has been told.")
            messages.success(request, words % {"name": person.user, "account": account.name})
            return redirect(contacts_url(own.account, account, added=1))
    context = {
        "form": form,
        "account": account,
        "person": person,
        "lender": lender,
        "switches": switches(form, rights=granted(lender), opens={}),
        "back": contacts_url(own.account, account),
        "at": at,
    }
    return render(request, "access_requests/add.html", context, status=400 if form.is_bound else 200)


def _matches(customers, words, company):
    """The first of the customers the words may mean, each with its address, and how many there are in all."""
    found = selectors.customers_called(customers, words)
    first = [
        {"customer": one, "words": selectors.spell_customer(one), "url": contacts_url(company, one)}
        for one in found[:MATCHES]
    ]
    return {"first": first, "count": found.count(), "words": words}


def _said(count, company, chosen):
    """What a screen reader says when the table has changed under the reader's hands."""
    place = chosen or company
    words = ngettext("%(name)s: %(count)d person", "%(name)s: %(count)d people", count)
    return words % {"name": place.name, "count": count}


def _describe(rows, user, own, account, *, at):
    """Say on each row what its person has and what the reader can do about it (S2-9, S2-16, S2-24 to S2-27, S2-41)."""
    people = [row.user_id for row in rows]
    company = own.account
    waiting = selectors.waiting_for_people(account, people, at=at, company=company)
    grants = selectors.grants_of_people(account, people, at=at, company=company)
    inside = selectors.grants_of_people(account, people, at=at)
    lends = selectors.lending_grants(user, account, company=own.account, at=at).exists()
    away = selectors.turned_away(account, people) if lends else set()
    for row in rows:
        row.pending, row.grant = waiting.get(row.user_id), grants.get(row.user_id)
        row.open_now = row.grant is not None and row.grant.live_at(at)
        row.editable = row.grant is not None and (
            own.is_admin or user in (row.user, row.grant.parent and row.grant.parent.grantee)
        )
        can_add = lends and row.user_id not in inside and row.user != user and row.user_id not in away
        row.addable = can_add
        row.askable = own.is_admin and row.grant is None and row.pending is None and not can_add

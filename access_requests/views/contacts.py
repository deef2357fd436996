"""My contacts: the company's own people, what they may do at one customer, and adding one of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts.authorization import granted
from accounts.models import Account
from audit import edge
from frame import clock
from frame.paging import page_of
from partners import selectors as partners

from .. import selectors, services
from ..forms import AddForm, switches


@require_safe
def contacts(request):
    """The company's own people, and beside each what they may do at the chosen customer."""
    at, user = clock.now(), request.user
    partner, is_admin = _own_company(user, at=at)
    customers = _customers(user, partner, is_admin, at=at)
    number = request.GET.get("customer", "")
    chosen = customers.filter(number=number).first() if number else None
    if number and chosen is None:
        raise Http404
    page = page_of(request, accounts.colleagues(partner, at=at))
    lends = bool(chosen) and selectors.lending_grants(user, chosen, at=at).exists()
    if chosen:
        _describe(page.object_list, user, partner, chosen, is_admin=is_admin, lends=lends, at=at)
    context = {
        "partner": partner,
        "is_admin": is_admin,
        "customers": customers,
        "chosen": chosen,
        "page": page,
        "lends": lends,
        "at": at,
    }
    return render(request, "access_requests/contacts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request, customer, membership):
    """ADD CONTACT AS USER: let one colleague in, on rights one holds oneself (S2-35)."""
    at = clock.now()
    edge.concern(accounts.known_number(customer))
    partner, is_admin = _own_company(request.user, at=at)
    account = get_object_or_404(_customers(request.user, partner, is_admin, at=at), number=customer)
    lender = selectors.lending_grants(request.user, account, at=at).order_by("-ends_at").first()
    if lender is None or membership >= 2**63:
        raise Http404
    person = get_object_or_404(accounts.colleagues(partner, at=at), pk=membership)
    form = AddForm(request.POST if request.method == "POST" else None, rights=granted(lender))
    if request.method == "POST" and form.is_valid():
        try:
            services.add_colleague(account=account, membership=person, by=request.user, at=at, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        else:
            words = _("%(name)s can open the account of %(account)s now, and %(account)s has been told.")
            messages.success(request, words % {"name": person.user, "account": account.name})
            return redirect(f"{reverse('contacts')}?customer={account.number}&added=1")
    context = {
        "form": form,
        "account": account,
        "person": person,
        "lender": lender,
        "switches": switches(form, rights=granted(lender), opens={}),
        "back": f"{reverse('contacts')}?customer={account.number}",
        "at": at,
    }
    return render(request, "access_requests/add.html", context, status=400 if form.is_bound else 200)


def _own_company(user, *, at):
    """The partner whose people the page shows, and whether the reader is one of its admins.

    :raises Http404: the reader neither administers a partner nor may add colleagues anywhere
    """
    partner = partners.administered_by(user, at=at).first()
    if partner is not None:
        return partner, True
    lending = selectors.lending_grants(user, at=at).select_related("membership__account").first()
    if lending is None:
        raise Http404
    return lending.membership.account, False


def _customers(user, partner, is_admin, *, at):
    """The customers the reader can do something about: all of the partner's, or those where they may add colleagues."""
    if is_admin:
        wanted = partners.customers_of(partner, at=at).values("customer")
    else:
        wanted = selectors.lending_grants(user, at=at).values("account")
    return Account.objects.open(at).filter(pk__in=wanted).order_by("name", "number")


def _describe(rows, user, partner, account, *, is_admin, lends, at):
    """Say on each row what its person has and what the reader can do about it (S2-9, S2-16, S2-24 to S2-27, S2-41)."""
    people = [row.user_id for row in rows]
    waiting = selectors.waiting_for_people(account, people, at=at)
    grants = selectors.grants_of_people(account, people, at=at)
    away = selectors.turned_away(account, people) if lends else set()
    for row in rows:
        row.pending, row.grant = waiting.get(row.user_id), grants.get(row.user_id)
        row.open_now = row.grant is not None and row.grant.live_at(at)
        row.editable = row.grant is not None and (
            is_admin or user in (row.user, row.grant.parent and row.grant.parent.grantee)
        )
        can_add = lends and row.grant is None and row.user != user and row.user_id not in away
        row.addable = can_add
        row.askable = is_admin and row.grant is None and row.pending is None and not can_add

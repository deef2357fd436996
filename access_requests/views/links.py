"""The partners of an account: who they are, giving one of their people access unasked, and ending a link."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts.authorization import require_decider
from accounts.models import Account
from accounts.permissions import LENDABLE, AccountPermission
from accounts.services import enter
from accounts.states import AccountKind, RequestKind
from audit import edge
from frame import clock
from frame.paging import page_of
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow
from partners import selectors as partners
from partners.services import end_partnership

from .. import selectors, services
from ..forms import GiveForm, switches
from .companies import contacts_url, find_company


@require_safe
def account_partners(request, number):
    """Who serves this account, since when, and how many of their people are in."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    account = visit.account
    context = {
        "page": page_of(request, selectors.partners_with_counts(account, at=at)),
        "acts": selectors.answers_partners(request.user, account, at=at),
        "account": account,
        "visit": visit,
        "at": at,
    }
    return render(request, "access_requests/partners.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request, number):
    """Give one person of a partner access that nobody asked for (S2-43)."""
    at = clock.now()
    account = _enter_to_act(request, number, at=at)
    known = {"partner": request.GET.get("partner", "")[:12]}
    form = GiveForm(request.POST if request.method == "POST" else None, account=account, at=at, initial=known)
    status = 200
    if request.method == "POST" and not within(request, "decide"):
        form.add_error(None, TOO_OFTEN)
        status = 429
    elif request.method == "POST":
        request.require_fresh_second_factor()  # before anything is said of whether the address is known
        status = 400
        if form.is_valid():
            try:
                return _given(request, account, form, at=at)
            except ValidationError as error:
                form.add_error(error.code if error.code in form.fields else None, error)
            except NotAllowedNow as refusal:
                form.add_error(None, str(refusal))
                status = 409
    context = {
        "form": form,
        "account": account,
        "switches": switches(form, rights=LENDABLE, opens=accounts.opens_today(account)),
        "back": reverse("account_partners", args=[account.number]),
        "at": at,
    }
    return render(request, "access_requests/give.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def unlink_partner(request, number, partner):
    """The customer ends a partnership."""
    at = clock.now()
    account = _enter_to_act(request, number, at=at)
    partnership = get_object_or_404(partners.partners_of(account, at=at), partner__number=partner)
    back = reverse("account_partners", args=[account.number])
    return _unlink(request, partnership, other=partnership.partner, back=back, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def end_all(request, number, partner):
    """Show every access of a partner's people to the account, and end all of it on the button. The link stays."""
    at = clock.now()
    account = _enter_to_act(request, number, at=at)
    company = get_object_or_404(partners.partners_of(account, at=at), partner__number=partner).partner
    if request.method == "POST":
        ended = services.end_all_access(account=account, partner=company, by=request.user, at=at)
        words = ngettext(
            "Ended. One access of %(company)s is over, and everybody concerned has been told.",
            "Ended. %(count)d accesses of %(company)s are over, and everybody concerned has been told.",
            len(ended),
        )
        messages.success(request, words % {"count": len(ended), "company": company.name})
        return redirect("account_access", number=account.number)
    page = page_of(request, selectors.access_through(account, company, at=at))
    for row in page.object_list:
        row.rights = selectors.rights_of(row)
    context = {
        "account": account,
        "company": company,
        "page": page,
        "asked": selectors.waiting_of(account, company, at=at).count(),
        "back": reverse("account_access", args=[account.number]),
        "at": at,
    }
    return render(request, "access_requests/end_all.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def unlink_customer(request, customer):
    """The partner ends a partnership."""
    at = clock.now()
    edge.concern(*accounts.concerned(request.user, customer))
    companies = [own for own in selectors.own_companies(request.user, at=at) if own.is_admin]
    partner = find_company(request, companies, at=at, customer=customer).account
    partnership = get_object_or_404(partners.customers_of(partner, at=at), customer__number=customer)
    return _unlink(request, partnership, other=partnership.customer, back=contacts_url(partner), at=at)


def _unlink(request, partnership, *, other, back, at):
    """Show what will end with it, and end it on the button."""
    if request.method == "POST":
        end_partnership(partnership=partnership, by=request.user, at=at)
        messages.success(request, _("Ended. Nobody of the one company has access to the other by it any more."))
        return redirect(back)
    context = {
        "partnership": partnership,
        "other": other,
        "grants": partners.grants_under(partnership, at=at),
        "waiting": selectors.waiting_under(partnership, at=at),
        "back": back,
        "at": at,
    }
    return render(request, "access_requests/unlink.html", context)


def _given(request, account, form, *, at):
    grant = services.give_access(account=account, by=request.user, at=at, **form.terms())
    words = _("%(name)s from %(company)s has access now and has been told.")
    messages.success(request, words % {"name": grant.grantee, "company": grant.membership.account.name})
    return redirect("account_partners", number=account.number)


def _enter(request, number, *, at):
    """The visit to a customer's account, for whoever may see who is in.

    :raises Http404: unknown, none of this person's business, or not a customer's
    """
    try:
        visit = enter(
            user=request.user, number=number, permission=AccountPermission.VIEW_ACCESS, page="partners", at=at
        )
    except Account.DoesNotExist:
        raise Http404 from None
    if visit.account.kind != AccountKind.CUSTOMER:
        raise Http404
    request.visit = visit
    return visit


def _enter_to_act(request, number, *, at):
    """The account, for whoever decides about its partners.

    :raises PermissionDenied: the reader belongs to the account, and somebody else decides
    """
    edge.concern(*accounts.concerned(request.user, number))
    account = _enter(request, number, at=at).account
    require_decider(request.user, account, RequestKind.PARTNER, at=at)
    return account

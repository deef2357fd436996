"""Asking for somebody, changing what is asked, withdrawing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.models import Membership
from accounts.permissions import LENDABLE
from accounts.states import RequestKind
from audit import edge
from frame import clock
from frame.refusals import NotAllowedNow
from partners import selectors as partners

from .. import selectors, services
from ..forms import AskForm, switches
from .reading import find_visible


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, customer, membership):
    """REQUEST ACCESS for one person of the partner to one customer's account."""
    at = clock.now()
    edge.concern(accounts.known_number(customer))
    partner = _own_partner(request.user, at=at)
    partnership = get_object_or_404(partners.customers_of(partner, at=at), customer__number=customer)
    person = get_object_or_404(accounts.colleagues(partner, at=at), pk=_small(membership))
    account = partnership.customer
    form = AskForm(request.POST if request.method == "POST" else None, account=account, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.submit_request(account=account, membership=person, by=request.user, at=at, **form.terms())
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as refusal:
            form.add_error(None, str(refusal))
            return _ask_page(request, form, account, person, status=409)
        else:
            return _sent(request, asked)
    return _ask_page(request, form, account, person, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, public_id):
    """Change what is asked while it waits. The person and the account stay."""
    at = clock.now()
    asked = find_visible(request, public_id, at=at)
    if asked.kind == RequestKind.SUPPORT:
        return redirect("support_edit", public_id=asked.public_id)
    if request.method != "POST" and "edit" not in selectors.possible_moves(asked, request.user, at=at):
        return redirect(asked)
    seen = asked.as_seen()
    form = AskForm(
        request.POST if request.method == "POST" else None,
        account=asked.account,
        at=at,
        known=asked,
        initial=AskForm.initial_of(asked),
    )
    if request.method == "POST" and form.is_valid():
        if request.POST.get("version") != str(seen.version):
            raise NotAllowedNow(_("This request was changed after you opened the page. Read it again."))
        try:
            services.edit_request(request=asked, seen=seen, by=request.user, at=at, **form.terms())
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        else:
            messages.success(request, _("Changed. Whoever decides has been told."))
            return redirect(asked)
    status = 400 if request.method == "POST" else 200
    return _ask_page(request, form, asked.account, asked.membership, asked=asked, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, public_id):
    """Withdraw a request, after asking once: it cannot be undone."""
    at = clock.now()
    asked = find_visible(request, public_id, at=at)
    if request.method == "POST":
        services.cancel_request(request=asked, by=request.user, at=at)
        messages.success(request, _("Withdrawn. Whoever would have decided has been told."))
        return redirect(asked)
    if "cancel" not in selectors.possible_moves(asked, request.user, at=at):
        return redirect(asked)
    return render(request, "access_requests/cancel.html", {"access_request": asked, "at": at})


def _own_partner(user, *, at):
    partner = partners.administered_by(user, at=at).first()
    if partner is None:
        raise Http404
    return partner


def _small(number):
    if number >= 2**63:
        raise Http404
    return number


def _ask_page(request, form, account, person: Membership, *, status, asked=None):
    context = {
        "form": form,
        "account": account,
        "person": person,
        "asked": asked,
        "switches": switches(form, rights=LENDABLE, opens={}),
        "deciders": selectors.who_would_decide(account, {request.user, person.user}, at=form.at),
        "back": asked.get_absolute_url() if asked else f"{reverse('contacts')}?customer={account.number}",
        "at": form.at,
    }
    return render(request, "access_requests/ask.html", context, status=status)


def _sent(request, asked):
    """The confirmation window of S2-14: what was sent, to whom, and OK."""
    names = [str(person) for person in selectors.deciders_of(asked, at=asked.submitted_at)]
    messages.success(
        request,
        _("Your request for %(name)s was sent to %(deciders)s.")
        % {"name": asked.beneficiary, "deciders": ", ".join(names)},
    )
    return redirect(f"{reverse('contacts')}?customer={asked.account.number}&sent={asked.public_id}")

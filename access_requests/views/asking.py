"""Asking for somebody, changing what is asked, withdrawing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.models import Membership
from accounts.permissions import LENDABLE
from accounts.states import RequestKind
from audit import edge
from frame import clock
from frame.refusals import REFUSED, NotAllowedNow, say_on
from frame.wording import spell_list
from partners import selectors as partners

from .. import selectors, services
from ..forms import AskForm, switches
from .companies import contacts_url, find_colleague, find_company
from .reading import find_visible


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, customer, membership):
    """REQUEST ACCESS for one person of the partner to one customer's account."""
    at = clock.now()
    edge.concern(*accounts.concerned(request.user, customer))
    person, own = find_colleague(request, membership, at=at)
    account = _customer_asked(own, customer, at=at)
    form = AskForm(request.POST if request.method == "POST" else None, account=account, at=at)
    status, headers = 400 if form.is_bound else 200, {}
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.submit_request(account=account, membership=person, by=request.user, at=at, **form.terms())
        except REFUSED as refusal:
            status, headers = say_on(form, refusal, at=at)
        else:
            return _sent(request, [asked])
    page = _ask_page(request, form, account, person, status=status)
    for name, value in headers.items():
        page.headers[name] = value
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def ask_several(request, customer):
    """REQUEST ACCESS for several people of the partner, ticked on My contacts, by one form."""
    at = clock.now()
    edge.concern(*accounts.concerned(request.user, customer))
    companies = selectors.own_companies(request.user, at=at)
    own = find_company(request, companies, at=at, customer=customer)
    account = _customer_asked(own, customer, at=at)
    shown = _ticked(own, request.GET.getlist("person") + request.POST.getlist("person"))
    posted = set(request.POST.getlist("person"))
    form = AskForm(request.POST if request.method == "POST" else None, account=account, at=at)
    status, headers = 200, {}
    if request.method == "POST":
        status, people = 400, [one for one in shown if str(one.pk) in posted]
        if not people:
            form.add_error(None, _("Tick at least one person."))
        if form.is_valid():
            try:
                asked = services.submit_requests(
                    account=account, memberships=people, by=request.user, at=at, **form.terms()
                )
            except REFUSED as refusal:
                status, headers = say_on(form, refusal, at=at)
            else:
                return _sent(request, asked.requests, left_out=asked.left_out)
    context = {
        "people": _people(shown, posted, account, at=at, bound=form.is_bound),
        **_terms_page(request, form, account, own.account, {one.user for one in shown}),
    }
    page = render(request, "access_requests/ask_several.html", context, status=status)
    for name, value in headers.items():
        page.headers[name] = value
    return page


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
        try:
            if request.POST.get("version") != str(seen.version):
                raise NotAllowedNow(_("This request was changed after you opened the page. Read it again."))
            services.edit_request(request=asked, seen=seen, by=request.user, at=at, **form.terms())
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as refusal:
            form.add_error(None, str(refusal))
            return _ask_page(request, form, asked.account, asked.membership, asked=asked, status=409)
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


def _customer_asked(own, number, *, at):
    """The customer that the company asks for access.

    :raises Http404: the reader only lends through this company, or it does not serve such a customer
    """
    if not own.is_admin:
        raise Http404
    return get_object_or_404(partners.customers_of(own.account, at=at), customer__number=number).customer


def _ticked(own, ids):
    """The people of the company whose boxes were ticked, those who have left since among them.

    :raises Http404: one of them is nobody of the company's
    """
    wanted = {int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < 19}
    found = list(accounts.memberships_of(own.account, wanted))
    if len(found) != len(set(ids)):
        raise Http404
    return found


def _people(memberships, posted, account, *, at, bound):
    """The ticked people for the page: who can be asked for and is ticked, and why others are left out."""
    reasons = selectors.reasons_not_to_ask(account, memberships, at=at)
    return [
        {"membership": one, "why_not": reasons.get(one.pk, ""), "ticked": not bound or str(one.pk) in posted}
        for one in memberships
    ]


def _terms_page(request, form, account, company, people):
    return {
        "form": form,
        "account": account,
        "switches": switches(form, rights=LENDABLE, opens={}),
        "deciders": selectors.who_would_decide(account, {request.user, *people}, at=form.at),
        "back": contacts_url(company, account),
        "at": form.at,
    }


def _ask_page(request, form, account, person: Membership, *, status, asked=None):
    context = _terms_page(request, form, account, person.account, {person.user})
    context |= {"person": person, "asked": asked}
    context["back"] = asked.get_absolute_url() if asked else context["back"]
    return render(request, "access_requests/ask.html", context, status=status)


def _sent(request, asked, left_out=()):
    """The confirmation window of S2-14: what was sent, for whom, to whom, who was left out and why, and OK."""
    first = asked[0]
    deciders = [str(person) for person in selectors.deciders_of(first, at=first.submitted_at)]
    people = [str(one.beneficiary) for one in asked]
    words = ngettext(
        "Your request for %(name)s was sent to %(deciders)s.",
        "Your requests for %(name)s were sent to %(deciders)s.",
        len(asked),
    )
    messages.success(request, words % {"name": spell_list(people), "deciders": ", ".join(deciders)})
    for sentence in left_out:
        messages.warning(request, sentence)
    return redirect(contacts_url(first.company, first.account, sent=len(asked)))

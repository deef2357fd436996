"""The people of an account: who they are, what they are there, and changing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frame import clock
from frame.paging import page_of
from frame.rates import within
from frame.refusals import NotAllowedNow
from frame.tables import Column, Table

from .. import authorization, selectors, services
from ..forms import ContactForm, RightsForm, RoleForm, StandInForm, member_switches
from ..permissions import AccountPermission as P
from ..permissions import Role
from .entering import enter, show

_NAME = ("user__first_name", "user__last_name", "user__email")
SHOWN_INVITATIONS = SHOWN_RESETS = SHOWN_OTHERS = 50
PEOPLE = (
    Column("name", gettext_lazy("Name"), lambda row: row.user, _NAME),
    Column("email", gettext_lazy("E-mail"), lambda row: row.user.email, ("user__email",)),
    Column("role", gettext_lazy("Role"), lambda row: row.get_role_display(), ("role",)),
    Column("joined", gettext_lazy("Joined"), lambda row: row.joined_at, ("joined_at",)),
    Column("contact", gettext_lazy("Authorized contact"), lambda row: _("Yes") if row.authorized_contact else _("No")),
    Column("shut", gettext_lazy("Locked out"), lambda row: _("No") if row.user.is_active else _("Yes")),
)
SEEN_FROM_OUTSIDE = 3


@require_safe
def contacts(request, number):
    """Who belongs to the account. From outside: names, addresses and roles, nothing more."""
    at = clock.now()
    as_file = request.GET.get("format") == "csv"
    visit = enter(request, number, permission=P.VIEW_CONTACTS, page="contacts.csv" if as_file else "contacts")
    search = request.GET.get("search", "").strip()[:100]

    def rows(at):
        open_now = authorization.accounts_where(request.user, P.VIEW_CONTACTS, at=at)
        people = selectors.people_of(visit.account, search=search).filter(account__in=open_now.values("pk"))
        return people if visit.inside else people.filter(user__is_active=True)

    table = Table(request, rows, PEOPLE if visit.inside else PEOPLE[:SEEN_FROM_OUTSIDE], at)
    if table.wants_file:
        if not within(request, "export"):
            return render(request, "429.html", status=429)
        return table.file(f"contacts-{visit.account.number}")
    context = {"table": table, "page": table.page(), "search": search, "at": at}
    context["manages"] = P.MANAGE_PEOPLE in visit.rights
    if visit.inside:
        replacements, resets = selectors.under_way_in(visit.account, request.user, at=at)
        context |= {"replacements": replacements, "resets": resets[:SHOWN_RESETS]}
        context["seats_taken"] = selectors.seats_taken(visit.account, at=at)
    if context["manages"]:
        roles = selectors.may_appoint(request.user, visit.account, at=at)
        invitations = selectors.unanswered_invitations(visit.account)[:SHOWN_INVITATIONS]
        context["invitations"] = [(one, one.open_at(at), one.role in roles) for one in invitations]
    return show(request, visit, "contacts", context)


@require_safe
def person(request, number, membership):
    """One person of the account, and what the reader may change about them."""
    at = clock.now()
    visit, found = _find(request, number, membership, at=at)
    return show(request, visit, "person", _about(request.user, found, at=at))


@require_POST
def role(request, number, membership):
    """Give the person another role."""
    at = clock.now()
    _visit, found = _find(request, number, membership, at=at)
    chosen = _cleaned(RoleForm(request.POST))["role"]
    if chosen == Role.ADMINISTRATOR:
        request.require_fresh_second_factor()
    services.change_role(membership=found, role=chosen, by=request.user, at=at)
    return _changed(request, found)


@require_POST
def rights(request, number, membership):
    """Set the own switches of a plain member."""
    at = clock.now()
    _visit, found = _find(request, number, membership, at=at)
    chosen = _cleaned(RightsForm(request.POST))["permissions"]
    services.set_member_rights(membership=found, permissions=chosen, by=request.user, at=at)
    return _changed(request, found)


@require_POST
def authorized_contact(request, number, membership):
    """Make the person an authorized contact, or no longer one."""
    at = clock.now()
    _visit, found = _find(request, number, membership, at=at)
    wanted = _cleaned(ContactForm(request.POST))["authorized_contact"]
    services.set_authorized_contact(membership=found, authorized_contact=wanted, by=request.user, at=at)
    return _changed(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request, number, membership):
    """Show what will end with the membership, and end it on the button."""
    at = clock.now()
    visit, found = _find(request, number, membership, at=at)
    if request.method == "POST":
        services.end_membership(membership=found, by=request.user, at=at)
        words = _("%(name)s no longer belongs to %(account)s, and has been told.")
        messages.success(request, words % {"name": found.user, "account": found.account.name})
        return redirect("home") if found.user == request.user else redirect("account_contacts", number=number)
    if not _may_end(request.user, found, at=at):
        raise Http404
    access, others = selectors.access_that_goes_with(found, at=at), selectors.else_that_goes_with(found, at=at)
    context = {
        "membership": found,
        "person": found.user,
        "leaving": found.user == request.user,
        "page": page_of(request, access),
        "elsewhere": access.order_by().values("account").distinct().count(),
        "others": others[:SHOWN_OTHERS],
        "more": max(len(others) - SHOWN_OTHERS, 0),
        "at": at,
    }
    return show(request, visit, "person_end", context)


@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request, number, membership):
    """Name the person stand-in for the primary user between two moments."""
    at = clock.now()
    visit, found = _find(request, number, membership, at=at)
    if request.method != "POST" and not _about(request.user, found, at=at)["may_name"]:
        raise Http404
    form = StandInForm(request.POST if request.method == "POST" else None, zone=found.account.zone)
    status = 200
    if request.method == "POST":
        request.require_fresh_second_factor()
        status = 400
        if form.is_valid():
            try:
                services.name_stand_in(membership=found, by=request.user, at=at, **form.cleaned_data)
                return _changed(request, found)
            except NotAllowedNow as refusal:
                form.add_error(None, str(refusal))
                status = 409
    context = {"membership": found, "person": found.user, "form": form, "at": at}
    return show(request, visit, "stand_in", context, status=status)


@require_POST
def stand_in_end(request, number, membership):
    """End the time of a stand-in. Closing a door never asks for a code."""
    at = clock.now()
    _visit, found = _find(request, number, membership, at=at)
    services.end_stand_in(membership=found, by=request.user, at=at)
    return _changed(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
def successor(request, number, membership):
    """Hand the primary user's place to the person."""
    at = clock.now()
    visit, found = _find(request, number, membership, at=at)
    if request.method == "POST":
        request.require_fresh_second_factor()
        services.name_successor(account=found.account, successor=found.user, by=request.user, at=at)
        return _changed(request, found)
    if not _about(request.user, found, at=at)["may_name"]:
        raise Http404
    return show(request, visit, "successor", {"membership": found, "person": found.user, "at": at})


def _find(request, number, membership, *, at):
    """The visit, and the living membership with this id: for members who see contacts, and one's own for everybody."""
    visit = enter(request, number, permission=None, page="contacts", looking=False)
    people = selectors.people_of(visit.account)
    if not selectors.shows_contacts(request.user, visit.account, at=at):
        people = people.filter(user=request.user)
    found = people.filter(pk=membership).first() if membership < 2**63 else None
    if found is None:
        raise Http404
    return visit, found


def _about(user, membership, *, at):
    """What the page of a person shows: facts, and what this reader may change."""
    appoints = selectors.may_appoint(user, membership.account, at=at)
    others = membership.user != user
    unmakes = membership.role in appoints and others
    primary = Role.ADMINISTRATOR in appoints  # the primary user alone makes administrators
    return {
        "membership": membership,
        "person": membership.user,
        "standing": selectors.standing(membership),
        "stands_in_now": membership.stands_in_at(at),
        "stands_in_later": membership.stands_in_from is not None and at < membership.stands_in_from,
        "roles": [one for one in reversed(appoints) if one != membership.role] if unmakes else [],
        "may_set_rights": membership.role == Role.MEMBER and Role.MEMBER in appoints,
        "switches": member_switches(selectors.standing(membership).rights),
        "may_set_contact": primary,
        "may_name": primary and others and membership.active_at(at),
        "may_end": _may_end(user, membership, at=at),
        "may_end_stand_in": primary or not others,
        "at": at,
    }


def _may_end(user, membership, *, at):
    if membership.role == Role.PRIMARY:
        return False
    try:
        return membership.user == user or services.require_ender(user, membership, at=at) is None
    except PermissionDenied:
        return False


def _cleaned(form):
    """The cleaned data of a form of one choice; what no page offers does not exist."""
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _changed(request, membership):
    messages.success(request, _("Changed. It holds from now on, and everybody concerned has been told."))
    return redirect("account_person", number=membership.account.number, membership=membership.pk)

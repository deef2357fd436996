"""How an account is set up, and who decides for it: to read, to change, and what was changed before."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from frame import clock
from frame.paging import page_of
from frame.refusals import NotAllowedNow

from .. import authorization, selectors, services
from ..forms import ConfigurationForm, SettingsForm
from ..permissions import AccountPermission as P
from ..states import AccountKind
from .changing import propose
from .entering import enter, show

CONFIGURATION, SETTINGS = "configuration.changed", "settings.changed"
SHOWN_CHANGES = 10


@require_safe
def configuration(request, number):
    """How the account is set up, and what was changed in it."""
    at = clock.now()
    visit = enter(request, number, permission=P.VIEW_CONFIGURATION, page="configuration")
    here = selectors.configuration_of(visit.account)
    context = {
        "configuration": here,
        "certificate": selectors.certificate_facts(here),
        "may_change": P.CHANGE_CONFIGURATION in visit.rights,
        "proposes": P.CHANGE_CONFIGURATION in visit.rights and not _has_free_hand(request, visit, at=at),
        "waiting": selectors.changes_waiting_in(visit.account, request.user, at=at)[:SHOWN_CHANGES],
        "reads_changes": selectors.reads_changes(request.user, visit.account, at=at),
        "at": at,
        **_history(request, visit.account, CONFIGURATION),
    }
    return show(request, visit, "configuration", context)


@require_http_methods(["GET", "HEAD", "POST"])
def configuration_change(request, number):
    """Change how the account is set up; whoever of support has no free hand there proposes it instead."""
    visit = enter(request, number, permission=P.CHANGE_CONFIGURATION, page="configuration_change")
    grants = _grants(request, visit, at=clock.now())
    if not authorization.has_free_hand(request.user, visit.account, grants, at=clock.now()):
        return propose(request, visit, grants, partial(_read_again, visit, CONFIGURATION))
    here = selectors.configuration_of(visit.account)
    posted = request.POST if request.method == "POST" else None
    form, conflict = ConfigurationForm(posted, initial=ConfigurationForm.initial_of(here)), {}
    if request.method == "POST" and form.is_valid():
        try:
            _refuse_proposal(request)
            services.change_configuration(
                account=visit.account, seen=form.seen, by=request.user, at=clock.now(), **form.values()
            )
        except ValidationError as error:
            form.add_error(None, error)
        except NotAllowedNow as refusal:
            here = selectors.configuration_of(visit.account)
            form, conflict = _read_again(visit, CONFIGURATION, form, ConfigurationForm.initial_of(here), refusal)
        else:
            messages.success(request, _("Saved. It stands in the history, with your name."))
            readable = P.VIEW_CONFIGURATION in visit.rights
            return redirect("account_configuration" if readable else "account_configuration_change", number=number)
    context = {
        "form": form,
        "may_read": P.VIEW_CONFIGURATION in visit.rights,
        "for_support": any(grant.membership.account.kind == AccountKind.VENDOR for grant in grants),
        "at_once_until": selectors.changes_at_once_until(request.user, visit.account, at=clock.now()),
        **conflict,
    }
    return show(request, visit, "configuration_change", context, status=_status(request, conflict))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request, number):
    """Who decides for the account, whether partners may add colleagues, whether support may read."""
    at = clock.now()
    visit = enter(request, number, permission=P.CHANGE_SETTINGS, page="settings")
    primary = authorization.is_primary(request.user, visit.account, at=at)
    posted = request.POST if request.method == "POST" else None
    form, conflict = SettingsForm(posted, initial=SettingsForm.initial_of(visit.account), sets_deciders=primary), {}
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(account=visit.account, seen=form.seen, by=request.user, at=at, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        except NotAllowedNow as refusal:
            visit.account.refresh_from_db()
            here = SettingsForm.initial_of(visit.account)
            form, conflict = _read_again(visit, SETTINGS, form, here, refusal, sets_deciders=primary)
        else:
            messages.success(request, _("Saved. It holds from now on, and stands in the history with your name."))
            return redirect("account_settings", number=number)
    context = {
        "form": form,
        "sets_deciders": primary,
        "added": selectors.added_colleagues(visit.account, at=at),
        "at": at,
        **_history(request, visit.account, SETTINGS),
        **conflict,
    }
    return show(request, visit, "settings", context, status=_status(request, conflict))


def _grants(request, visit, *, at):
    """The reader's access that gives the right to change how the account is set up, soonest end first."""
    grants = authorization.grants_used(request.user, visit.account, P.CHANGE_CONFIGURATION, at=at)
    return grants.select_related("membership__account").order_by("ends_at", "pk")


def _has_free_hand(request, visit, *, at):
    return authorization.has_free_hand(request.user, visit.account, _grants(request, visit, at=at), at=at)


def _history(request, account, event):
    page = page_of(request, selectors.changes_of(account, event))
    return {"page": page, "history": selectors.as_changes(page.object_list)}


def _read_again(visit, event, form, here, refusal, **how):
    """Somebody was faster: the form as it was typed, over what holds now, and what is different.

    What only the other changed is taken from them; what both changed stays as it was typed here, to be looked at.
    """
    changes = selectors.changed_since(visit.account, event, form.seen)
    typed = form.values()
    kept = {one.field: one.now for one in changes if one.field in typed and typed[one.field] == one.was}
    again = type(form)(initial=form.cleaned_data | here | typed | kept, **how)
    return again, {"refusal": str(refusal), "changes": changes}


def _refuse_proposal(request):
    """What was typed as a proposal is not made a change by an hour that was granted, or a setting switched off, since.

    :raises NotAllowedNow: the form was opened to propose
    """
    if "reason" in request.POST:
        raise NotAllowedNow(_("You can change this at once now. There is no need to propose it."))


def _status(request, conflict):
    return 409 if conflict else 400 if request.method == "POST" else 200

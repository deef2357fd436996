"""The three steps on the way to a request of support: details, roles, review. Nothing is sent before the last."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authorization import is_associate
from audit import edge
from frame import clock
from frame.rates import within
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import SupportDetailsForm, SupportRolesForm
from ..models import Seen
from ..states import Status
from .drafts import Draft, draft_of, keep, mark_of, org_id_found, throw_away

_ID = re.compile("[0-9]{1,18}")


class Wizard:
    """Where somebody stands: who, when, what they are changing (if not asking anew), and what they have typed."""

    def __init__(self, request, public_id, at):
        """:raises Http404: the reader is no associate, or the request is not one of theirs"""
        if public_id:
            edge.concern(selectors.account_number_of(public_id))
        if not is_associate(request.user, at=at):
            raise Http404
        self.by, self.at, self.session = request.user, at, request.session
        self.asked: Any = None
        self.key = public_id
        if public_id:
            self.asked = self._found()
            if self.asked is None:
                raise Http404
        self.draft = draft_of(self.session, public_id) or self._beginning()

    @property
    def is_over(self):
        """Whether what is being changed can be changed no more."""
        return self.asked is not None and self.asked.status_at(self.at) != Status.PENDING

    def address(self, step):
        """The address of a step."""
        return reverse(f"support_edit{step}", args=[self.key]) if self.asked else reverse(f"support_ask{step}")

    def begin_with(self, number):
        """Show this account number, with the organization ID where it was looked up; what was typed stays kept."""
        known = self.draft.details.get("org_id", "") if self.draft.details.get("number") == number else ""
        org_id = org_id_found(self.session, number) or known
        self.draft.details = self.draft.details | {"number": number, "org_id": org_id}

    def tries_a_pair(self, data):
        """Whether an account number and an organization ID are tried that were not counted as a try before."""
        known = {name: self.draft.details.get(name) for name in ("number", "org_id")}
        return self.asked is None and known != {name: data.get(name) for name in known}

    def keep(self, **typed):
        """Remember what was typed."""
        for name, value in typed.items():
            setattr(self.draft, name, value)
        keep(self.session, self.key, self.draft)

    def catch_up(self):
        """Go on from what the request is now, and answer what was changed in it meanwhile; nothing for a new one."""
        if self.asked is None:
            return []
        self.asked, known = self._found(), self.draft.version
        self.keep(version=self.asked.version)
        return selectors.changes_since(self.asked, known)

    def throw_away(self):
        """Forget what was typed."""
        throw_away(self.session, self.key)

    def details(self, data=None, *, check=False):
        """The form of the first step, as it is sent or as it was typed."""
        bound = self.draft.details if check else data
        return SupportDetailsForm(bound, by=self.by, at=self.at, known=self.asked, initial=self.draft.details)

    def roles(self, data=None):
        """The form of the second step, as it is sent or as it was ticked."""
        return SupportRolesForm(data, initial={"roles": self.draft.roles})

    def reviewed(self):
        """Both steps as they were typed, checked again now: what is right may be wrong since."""
        return self.details(check=True), SupportRolesForm({"roles": self.draft.roles})

    def _found(self):
        return selectors.support_requests_of(self.by).with_people().filter(public_id=self.key).first()

    def _beginning(self):
        if self.asked is None:
            return Draft()
        named = {role["name"] for role in self.asked.roles}
        return Draft(
            details=SupportDetailsForm.initial_of(self.asked),
            roles=[role.pk for role in selectors.roles_on_offer() if role.name in named],
            version=self.asked.version,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def support_details(request, public_id=""):
    """The first step: whose account, about which case, why, for how long."""
    wizard = Wizard(request, public_id, clock.now())
    if wizard.is_over:
        return redirect(wizard.asked)
    if request.method != "POST":
        begun = request.GET.get("number", "")[:12]
        if begun and not wizard.asked:
            wizard.begin_with(begun)
        return _page(request, wizard, "details", form=wizard.details(check="check" in request.GET))
    if wizard.tries_a_pair(request.POST) and not within(request, "find_account"):
        return render(request, "429.html", status=429)
    form = wizard.details(request.POST)
    if "leave" in request.POST:
        wizard.keep(details=form.typed())
        return redirect(wizard.address("_leave"))
    if not form.is_valid():
        return _page(request, wizard, "details", form=form, status=400)
    wizard.keep(details=form.typed())
    return redirect(wizard.address("_roles"))


@require_http_methods(["GET", "HEAD", "POST"])
def support_roles(request, public_id=""):
    """The second step: which bundles. Going back keeps what is ticked."""
    wizard = Wizard(request, public_id, clock.now())
    if wizard.is_over:
        return redirect(wizard.asked)
    details = wizard.details(check=True)
    if not details.is_valid():
        return redirect(f"{wizard.address('')}?check=1")
    if request.method != "POST":
        return _page(request, wizard, "roles", form=wizard.roles(), details=details)
    wizard.keep(roles=[one for one in request.POST.getlist("roles")[:100] if _ID.fullmatch(one)])
    for button, step in (("back", ""), ("leave", "_leave")):
        if button in request.POST:
            return redirect(wizard.address(step))
    form = wizard.roles({"roles": wizard.draft.roles})
    if not form.is_valid():
        return _page(request, wizard, "roles", form=form, details=details, status=400)
    return redirect(wizard.address("_review"))


@require_http_methods(["GET", "HEAD", "POST"])
def support_review(request, public_id=""):
    """The third step: everything once more, and the button that sends what stands there and nothing else."""
    wizard = Wizard(request, public_id, clock.now())
    if wizard.is_over:
        return redirect(wizard.asked)
    details, roles = wizard.reviewed()
    if not details.is_valid():
        return redirect(f"{wizard.address('')}?check=1")
    if not roles.is_valid():
        return redirect(wizard.address("_roles"))
    chosen = [role.as_asked() for role in roles.cleaned_data["roles"]]
    changes, refusal, status = [], "", 200
    if request.method == "POST" and request.POST.get("mark") != mark_of(wizard.draft, chosen):
        refusal, status = _("This is not what stood here before: it was changed meanwhile. Read it again."), 409
    elif request.method == "POST":
        try:
            return _send(request, wizard, details, roles)
        except ValidationError as error:
            refusal, status = " ".join(error.messages), 400
        except NotAllowedNow as error:
            changes, refusal, status = wizard.catch_up(), str(error), 409
    return _page(
        request,
        wizard,
        "review",
        form=details,
        details=details,
        roles=selectors.roles_in_words(chosen),
        window=details.cleaned_data["window"],
        deciders=selectors.who_decides_support(details.account, wizard.by, at=wizard.at),
        mark=mark_of(wizard.draft, chosen),
        changes=changes,
        refusal=refusal,
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def support_leave(request, public_id=""):
    """Ask first, then throw away what was typed."""
    wizard = Wizard(request, public_id, clock.now())
    if request.method == "POST":
        wizard.throw_away()
        return redirect(wizard.asked or "support_requests")
    return _page(request, wizard, "leave")


def _send(request, wizard, details, roles):
    terms = details.terms() | {"roles": list(roles.cleaned_data["roles"])}
    if wizard.asked is None:
        sent = services.submit_support_request(by=wizard.by, at=wizard.at, **terms)
        words = _("Sent to %(name)s. You get a mail when it is answered.")
    else:
        seen = Seen(Status.PENDING, wizard.draft.version, wizard.asked.digest)
        sent = services.edit_support_request(request=wizard.asked, seen=seen, by=wizard.by, at=wizard.at, **terms)
        words = _("Changed. %(name)s has been told.")
    wizard.throw_away()
    messages.success(request, words % {"name": sent.account.name})
    return redirect(sent)


def _page(request, wizard, step, *, status=200, form=None, **more):
    context = {
        "step": step,
        "asked": wizard.asked,
        "form": form,
        "account": form.account if step == "details" else None,
        "first": wizard.address(""),
        "second": wizard.address("_roles"),
        "leave": wizard.address("_leave"),
        "at": wizard.at,
        **more,
    }
    return render(request, f"access_requests/support_{step}.html", context, status=status)

"""The life of a request as plain data: buttons, services, tests and the README's diagram all read it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.permissions import AccountPermission as P
from accounts.states import RequestKind


class Status(models.TextChoices):
    """Where a request stands. The values are never renamed."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    DENIED = "denied", _("Denied")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


@dataclass(frozen=True)
class Move:
    """One step a request can take."""

    name: str
    source: Status | None
    target: Status
    event: str


MOVES = (
    Move("submit", None, Status.PENDING, "request.submitted"),
    Move("edit", Status.PENDING, Status.PENDING, "request.edited"),
    Move("approve", Status.PENDING, Status.APPROVED, "request.approved"),
    Move("deny", Status.PENDING, Status.DENIED, "request.denied"),
    Move("cancel", Status.PENDING, Status.CANCELLED, "request.cancelled"),
    Move("expire", Status.PENDING, Status.EXPIRED, "request.expired"),
    Move("deny", Status.APPROVED, Status.DENIED, "request.denied"),
    Move("approve", Status.DENIED, Status.APPROVED, "request.approved"),
)

FINAL = frozenset({Status.CANCELLED, Status.EXPIRED})


def move(name, source):
    """The move of that name from that status, or ``None`` where there is none."""
    return next((one for one in MOVES if one.name == name and one.source == source), None)


def possible(source):
    """The names of the moves a request in this status can take."""
    return {one.name for one in MOVES if one.source == source}


def diagram():
    """The state diagram in Mermaid's notation, as it stands in the README."""
    lines = ["stateDiagram-v2"]
    for one in MOVES:
        source = "[*]" if one.source is None else one.source.value
        lines.append(f"    {source} --> {one.target.value}: {one.name}")
    lines += [f"    {status.value} --> [*]" for status in Status if status in FINAL]
    return "\n".join(lines)


RESPOND_WITHIN = {
    RequestKind.PARTNER: "PORTAL_RESPOND_WITHIN_PARTNER",
    RequestKind.SUPPORT: "PORTAL_RESPOND_WITHIN_SUPPORT",
    RequestKind.HOUR: "PORTAL_RESPOND_WITHIN_HOUR",
}

# The role bundles every portal begins with: name, description, rights. Pages and mails translate them by these words.
FIRST_ROLES = (
    (
        gettext_noop("Read orders, invoices and usage"),
        gettext_noop("Looks at what was ordered, billed and used, to answer questions about it. Changes nothing."),
        (P.VIEW_ORDERS, P.VIEW_INVOICES, P.VIEW_USAGE),
    ),
    (
        gettext_noop("Follow up cases"),
        gettext_noop(
            "Reads your support cases and the people of your account, opens cases for you and says which are solved."
        ),
        (P.VIEW_CONTACTS, P.VIEW_CASES, P.WRITE_CASES),
    ),
    (
        gettext_noop("Look into the configuration"),
        gettext_noop("Sees how your people sign in, to find out what is wrong. Changes nothing."),
        (P.VIEW_CONFIGURATION,),
    ),
    (
        gettext_noop("Repair the configuration"),
        gettext_noop("Sees and changes how your people sign in. Whoever holds this can lock people out, or in."),
        (P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION),
    ),
)

"""The life of a request as plain data: buttons, services, tests and the README's diagram all read it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

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


class ReviewAnswer(models.TextChoices):
    """What somebody says in a review about one who is in. The values are never renamed."""

    KEEP = "keep", _("Keep")
    SHORTEN = "shorten", _("Shorten")
    END = "end", _("End")


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

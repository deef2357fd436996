"""Reads of temporary access: the agent's own, how long it may last, and where it is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts import selectors as accounts
from accounts.models import Grant
from accounts.states import RequestKind
from partners import selectors as partners

from ..models import AccessRequest
from ..states import Status

LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60))


@dataclass(frozen=True)
class Hour:
    """One of an agent's own: the request, its state at a moment, and the access while it holds."""

    request: AccessRequest
    at: datetime

    @property
    def waits(self):
        """Whether the code is still to be told to whoever decides."""
        return self.request.status_at(self.at) == Status.PENDING

    @property
    def grant(self) -> Any:
        """The access, while it holds."""
        grant = self.request.grant
        return grant if grant is not None and grant.live_at(self.at) else None


def lengths_of_hour(request):
    """For how long it can be granted, shortest first: 15, 30 or 60 minutes, and never longer than it may (S4-13)."""
    return [length for length in LENGTHS if length < request.duration] + [request.duration]


def hours_of(user, *, at):
    """What an agent waits for, and the access they have for an hour now, newest first (S4-7)."""
    mine = AccessRequest.objects.filter(kind=RequestKind.HOUR, asker=user)
    live = Grant.objects.effective(at).filter(kind=RequestKind.HOUR, grantee=user)
    now = Q(status=Status.PENDING, respond_by__gt=at) | Q(grant__in=live.order_by().values("pk"))
    return mine.filter(now).with_people().order_by("-submitted_at", "-pk")


def waits_for_hour(user, account, *, at):
    """Whether an agent waits for this customer's answer already."""
    mine = AccessRequest.objects.waiting(at).filter(kind=RequestKind.HOUR, asker=user, account=account)
    return mine.exists()


def customers_helped(user, words, *, at):
    """The customers linked to a partner whose admin this is, of those the words may mean: all of them without words."""
    linked = accounts.customers(at=at).filter(pk__in=partners.linked_for(user, at=at).order_by().values("customer"))
    return accounts.customers_meant(words, among=linked, at=at) if words else linked

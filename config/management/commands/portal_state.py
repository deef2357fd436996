"""Everything that stands, as JSON in an order that does not change: for operators and for tests from outside."""

import json
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand
from django.db import transaction

from access_requests.models import AccessRequest, Block, Review
from accounts.models import Grant, ProposedChange
from accounts.permissions import ordered
from audit.models import TrailLine
from audit.record import canonical_time
from frame import clock
from notifications.models import Mail
from partners.models import Partnership
from riders.models import Acknowledgement, CaseApproval, RemoteSession

ANSWERS = {"request.approved": "approved", "request.denied": "denied"}


class Command(BaseCommand):
    help = (
        "Shows requests, access, approvals, proposed changes, reviews, accepted terms, sessions, mails and the trail. "
        "No secrets, no texts of mails."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="everything as JSON, instead of how much there is")

    @transaction.atomic
    def handle(self, *args, **options):
        state = {
            "requests": [_request(row, clock.now()) for row in AccessRequest.objects.with_people().order_by("pk")],
            "decisions": [_decision(row) for row in _trail().filter(event__in=ANSWERS)],
            "grants": [_grant(row) for row in _grants()],
            "approvals": [_approval(row) for row in _approvals()],
            "changes": [_change(row, clock.now()) for row in _changes()],
            "blocks": [_block(row) for row in _blocks()],
            "reviews": [_review(row) for row in _reviews()],
            "partnerships": [_partnership(row) for row in _partnerships()],
            "acknowledgements": [_acknowledgement(row) for row in _acknowledgements()],
            "sessions": [_session(row) for row in RemoteSession.objects.select_related("case").order_by("pk")],
            "mails": [_mail(row) for row in Mail.objects.order_by("pk")],
            "trail": [_line(row) for row in _trail()],
        }
        if options["json"]:
            self.stdout.write(json.dumps(state, indent=2, ensure_ascii=False, default=_plain))
        else:
            self.stdout.write("\n".join(f"{name}: {len(rows)}" for name, rows in state.items()))


def _trail():
    return TrailLine.objects.order_by("pk")


def _grants():
    rows = Grant.objects.select_related("account", "grantee", "decided_by", "ended_by", "parent", "membership__account")
    return rows.prefetch_related("permissions__permission").order_by("pk")


def _changes():
    return ProposedChange.objects.with_people().order_by("pk")


def _blocks():
    return Block.objects.select_related("account", "person", "request", "blocked_by", "lifted_by").order_by("pk")


def _reviews():
    rows = Review.objects.select_related("account", "finished_by").order_by("pk")
    return rows.prefetch_related("lines__grant", "lines__membership__user", "lines__answered_by")


def _partnerships():
    return Partnership.objects.select_related("partner", "customer", "linked_by", "ended_by").order_by("pk")


def _acknowledgements():
    rows = Acknowledgement.objects.select_related("case__account", "rider", "given_by").defer("rider__pdf")
    return rows.order_by("pk")


def _approvals():
    return CaseApproval.objects.select_related("case__account", "approved_by", "ended_by").order_by("pk")


def _request(row, at):
    return _fields(row, "kind", "status", "version", "digest", "administrator", "may_delegate", "permissions") | {
        "id": row.public_id,
        "status_now": row.status_at(at).value,
        "account": row.account.number,
        "company": row.company.number,
        "asker": row.asker.email,
        "beneficiary": row.beneficiary.email,
        "case": row.case_number,
        "asked_of": _email(row.addressee),
        "misses": row.misses,
        **_fields(row, "starts_at", "ends_at", "duration", "reason", "submitted_at", "respond_by", "decided_at"),
        "decided_by": _email(row.decided_by),
        "grant": row.grant and row.grant.public_id,
    }


def _decision(line):
    return {
        "request": line.subject,
        "answer": ANSWERS[line.event],
        "by": line.actor,
        "at": line.at,
        "version": line.details.get("version"),
        "digest": line.digest,
        "grants": line.grants,
    }


def _grant(row):
    return {
        "id": row.public_id,
        "request": row.request_id,
        "request_digest": row.request_digest,
        "account": row.account.number,
        "grantee": row.grantee.email,
        "company": row.membership.account.number,
        "parent": row.parent and row.parent.public_id,
        "case": row.case_number,
        "permissions": [right.value for right in ordered(one.permission.codename for one in row.permissions.all())],
        **_fields(row, "kind", "administrator", "may_delegate", "starts_at", "ends_at", "opened_at", "ended_at"),
        "end_reason": row.end_reason,
        "ended_by": _email(row.ended_by),
        "decided_by": _email(row.decided_by),
    }


def _change(row, at):
    return {
        "id": row.public_id,
        "account": row.account.number,
        "grant": row.grant.public_id,
        "case": row.case_number,
        "state_now": row.state_at(at).value,
        "proposed_by": row.proposed_by.email,
        "answered_by": _email(row.answered_by),
        **_fields(row, "state", "reason", "changes", "version", "digest", "proposed_at", "respond_by", "answered_at"),
        "answer": row.answer,
    }


def _block(row):
    return {
        "account": row.account.number,
        "person": row.person.email,
        "request": row.request.public_id,
        **_fields(row, "blocked_at", "lifted_at"),
        "blocked_by": _email(row.blocked_by),
        "lifted_by": _email(row.lifted_by),
    }


def _review(row):
    return _fields(row, "due_at", "reminded_at", "times_reminded", "finished_at") | {
        "account": row.account.number,
        "finished_by": _email(row.finished_by),
        "answers": [
            _fields(line, "answer", "answered_at")
            | {
                "grant": line.grant and line.grant.public_id,
                "member": line.membership and line.membership.user.email,
                "answered_by": line.answered_by.email,
            }
            for line in row.lines.all()
        ],
    }


def _partnership(row):
    return {
        "partner": row.partner.number,
        "customer": row.customer.number,
        **_fields(row, "state", "known_at", "linked_at", "ended_at"),
        "linked_by": _email(row.linked_by),
        "ended_by": _email(row.ended_by),
    }


def _mail(row):
    names = ("message_id", "event", "to", "subject", "account", "about", "state", "attempts", "created_at", "sent_at")
    return _fields(row, *names, "last_error")


def _line(row):
    plain = ("chain", "sequence", "event", "at", "actor", "account", "subject", "grants", "case", "digest", "ip")
    return _fields(row, *plain, "user_agent", "request_id", "details", "hash")


def _fields(row, *names):
    return {name: getattr(row, name) for name in names}


def _email(user):
    return user and user.email


def _plain(value):
    """This will give what JSON has no form for: moments in UTC with microseconds, lengths in seconds."""
    if isinstance(value, datetime):
        return canonical_time(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no plain form")


def _acknowledgement(row):
    return _fields(row, "answer", "given_at", "digest") | {
        "account": row.case.account.number,
        "case": row.case.number,
        "version": row.rider.version,
        "by": row.given_by.email,
    }


def _approval(row):
    return _fields(row, "approved_at", "ends_at", "ended_at", "end_reason", "digest") | {
        "account": row.case.account.number,
        "case": row.case.number,
        "permissions": [right.value for right in row.rights],
        "approved_by": row.approved_by.email,
        "ended_by": _email(row.ended_by),
    }


def _session(row):
    return _fields(row, "starts_at", "ends_at", "started_at", "joined_at", "ended_at", "cancelled_at") | {
        "id": str(row.public_id),
        "case": row.case.number,
        "acknowledged": row.acknowledgement_id is not None,
    }

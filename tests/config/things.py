"""Something that exists in every place of an address: requests, accesses, people, an invitation."""

from datetime import timedelta

from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from access_requests import services
from access_requests.models import Review
from accounts import services as accounts
from accounts.models import Grant
from accounts.permissions import Role
from riders.services import open_case, plan_session, request_session
from riders.states import Why
from tests.access_requests.case_access import activate, let_in
from tests.accounts.proposals import lend_for_case, propose
from tests.cast import INVOICES, READ_RECORDS, approve, ask, ask_for_support, member, role_bundles
from tests.riders.written import published_article, published_rider

# What is chosen on the page before, and comes along in the address
CHOSEN = {"ask_several": "?person={membership}"}
# Addresses that are neither allauth's nor a window of the admin site's own
_NOT_OURS, _INTERNAL = ("/auth/", "/admin/"), "/admin/internal/"


def things(cast, now):
    """This will give what to put in the places of addresses, in several choices: no page is about all there is.

    The request of the first waits, that of the second was approved, and the access of the first has ended with the
    one it hung under.
    """
    waiting = ask(cast, at=now, for_=cast.pat)
    lent = approve(ask(cast, at=now, administrator=True, may_delegate=True), by=cast.carol, at=now)
    child = services.add_colleague(
        account=cast.acme,
        membership=member(cast.dora, cast.bolt),
        by=cast.piotr,
        permissions=[INVOICES],
        administrator=False,
        reason="Holidays",
        at=now,
    )
    services.end_access(grant=Grant.objects.get(grantee=cast.piotr), by=cast.carol, at=now + timedelta(seconds=1))
    invited = {"email": "new@acme.example", "first_name": "New", "last_name": "One", "role": Role.MEMBER}
    invitation = accounts.invite(
        account=cast.acme, permissions=[], authorized_contact=False, by=cast.carol, at=now, **invited
    )
    TOTP.activate(cast.adam, "A" * 32)
    staff = {"reason": "A lost phone.", "by": cast.stan, "at": now}
    replacement = accounts.start_replacement(account=cast.acme, successor=cast.mike, **staff)
    reset = accounts.start_factor_reset(person=cast.adam, **staff)
    supporting = ask_for_support(cast, by=cast.tess, at=now)
    case = open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
    rider = published_rider(cast, at=now)
    asked = open_case(account=cast.acme, subject="Slow mornings", by=cast.connie, at=now)
    asking = {"why": Why.OBSERVE, "expectation": "Watch it.", "impact": "No mornings."}
    request_session(case=asked, by=cast.carol, digest=rider.digest, agreed=True, at=now, **asking)
    for one in (case, asked):
        let_in(one, by=cast.connie, at=now)
    activate(asked, by=cast.tess, of=cast.connie, at=now)
    written = {"slug": published_article(cast, at=now).slug, "digest": rider.digest}
    tomorrow = {"starts_at": now + timedelta(days=1), "ends_at": now + timedelta(days=1, hours=1)}
    session = plan_session(case=case, by=cast.tess, at=now, **tomorrow)
    here = {"number": "654321", "customer": "654321", "partner": "700118", "case_number": case.number, **written}
    here |= {"session_id": session.public_id, "review": looked_through(cast, now).pk}
    lend_for_case(cast, at=now)
    proposed = propose(cast, at=now)
    return [
        here
        | {"public_id": waiting.public_id, "grant_id": child.public_id, "membership": member(cast.mike, cast.acme).pk},
        here
        | {"public_id": lent.request_id, "grant_id": lent.public_id, "membership": member(cast.piotr, cast.bolt).pk},
        here
        | {"public_id": invitation.public_id, "grant_id": lent.public_id, "membership": member(cast.pat, cast.bolt).pk},
        here | {"public_id": replacement.public_id},
        here | {"public_id": reset.public_id},
        here | {"public_id": supporting.public_id},
        here | {"case_number": asked.number},
        here | {"public_id": proposed.public_id},
    ]


def looked_through(cast, now):
    """This will give a review of Acme that Carol finished: she kept everybody who is in."""
    services.keep_in_review(
        account=cast.acme,
        grants=Grant.objects.unended(now).filter(account=cast.acme),
        memberships=cast.acme.memberships.filter(ended_at=None),
        by=cast.carol,
        at=now,
    )
    return Review.objects.get(account=cast.acme, finished_at__isnull=False)


def is_ours(path):
    """Whether an address is one of the portal's own pages, those for associates among them."""
    return path.startswith(_INTERNAL) or not path.startswith(_NOT_OURS)


def begin_to_ask(browser):
    """This will take Tess's browser through the first two steps of a request of support, up to the review."""
    reason = {"reason": "The nightly backups stop.", "case_number": "", "no_case": "Carol called."}
    window = {"length": "86400", "starts_at": "", "ends_at": ""}
    browser.post(reverse("support_ask"), {"number": "810432", "org_id": "48220077", **reason, **window})
    browser.post(reverse("support_ask_roles"), {"roles": [role.pk for role in role_bundles(READ_RECORDS)]})

"""Something that exists in every place of an address: requests, accesses, people, an invitation."""

from datetime import timedelta

from allauth.mfa.totp.internal.auth import TOTP

from access_requests import services
from accounts import services as accounts
from accounts.models import Grant
from accounts.permissions import Role
from tests.cast import INVOICES, approve, ask, member

# What is chosen on the page before, and comes along in the address
CHOSEN = {"ask_several": "?person={membership}"}


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
    here = {"number": "654321", "customer": "654321", "partner": "700118"}
    return [
        here
        | {"public_id": waiting.public_id, "grant_id": child.public_id, "membership": member(cast.mike, cast.acme).pk},
        here
        | {"public_id": lent.request_id, "grant_id": lent.public_id, "membership": member(cast.piotr, cast.bolt).pk},
        here
        | {"public_id": invitation.public_id, "grant_id": lent.public_id, "membership": member(cast.pat, cast.bolt).pk},
        here | {"public_id": replacement.public_id},
        here | {"public_id": reset.public_id},
    ]

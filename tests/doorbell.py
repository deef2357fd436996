"""People at the sign-in page, and the codes their phones would show. For tests of signing in."""

import threading
import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from accounts.adapter import MAIL_THREAD
from accounts.models import Account, Membership, User
from accounts.permissions import Role
from accounts.states import AccountKind
from frame import clock

PASSWORD = "a long enough pass phrase"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def person(email, *, enrolled=False, **extra):
    """This will make somebody whose address is verified; ``enrolled`` with an authenticator app."""
    user = User.objects.create_user(email, PASSWORD, **extra)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if enrolled:
        TOTP.activate(user, SECRET)
    return user


def member(user, *, kind=AccountKind.CUSTOMER, role=Role.MEMBER, number="654321", **extra):
    """This will make ``user`` a member of the account with that number, opening the account where needed."""
    at = clock.now()
    account, _new = Account.objects.get_or_create(
        number=number, defaults={"kind": kind, "org_id": number, "name": f"Account {number}", "opened_at": at}
    )
    return Membership.objects.create(user=user, account=account, role=role, joined_at=at, **extra)


def code(*, step=0):
    """This will give what the app shows now, or ``step`` half minutes from now: a code works once."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step))


def sign_in(client, user, *, step=0):
    """This will go through the sign-in pages as a browser does, second factor included."""
    answer = client.post("/auth/login/", {"login": user.email, "password": PASSWORD})
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        assert answer.headers["Location"].startswith("/auth/2fa/authenticate/")
        answer = client.post("/auth/2fa/authenticate/", {"code": code(step=step)})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def age_session(client, *, seconds):
    """This will make everything the session remembers that much older."""
    session = client.session
    for key in ("session_began_at", "session_seen_at"):
        if key in session:
            session[key] -= seconds
    for proof in (proofs := session.get("account_authentication_methods", [])):
        proof["at"] -= seconds
    session["account_authentication_methods"] = proofs
    session.save()


def mails_about_signing_in_have_left():
    """This will wait for the mails with codes, which a page hands over without waiting for them."""
    for thread in threading.enumerate():
        if thread.name == MAIL_THREAD:
            thread.join(timeout=60)

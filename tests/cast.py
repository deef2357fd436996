"""The cast of DESIGN section 8, and the few steps nearly every test begins with.

``cast`` is the small world the demo shows too, built through the same services: people and companies are its
attributes (``cast.carol``, ``cast.acme``). ``ask`` and ``approve`` are plain functions; import them.
"""

import time
from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, TransactionTestCase

from access_requests import services
from access_requests.models import AccessRequest
from accounts.models import AccessRole, Membership
from accounts.permissions import AccountPermission
from accounts.states import Deciders
from audit.models import TrailLine
from config import world
from frame import clock
from notifications.models import Mail
from tests.standing import standing

INVOICES = AccountPermission.VIEW_INVOICES
WEEK = timedelta(days=7)
READ_RECORDS = "Read orders, invoices and usage"
REPAIR = "Repair the configuration"
USE_THE_DATABASE = {"db", "transactional_db"}


@pytest.fixture(scope="session", autouse=True)
def tables_emptied_our_way(django_db_blocker):
    """A transactional test's tables are emptied by ``standing``, which may lift the trail and what was published."""
    standing.blocker = django_db_blocker
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: standing.empty())
        yield


def uses_the_database(item):
    """Whether a test of pytest's asks for the tests' own database."""
    return bool(item.get_closest_marker("django_db")) or not USE_THE_DATABASE.isdisjoint(item.fixturenames)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """This will have the world stand before a test of the cast, and nobody before another that uses the database."""
    if uses_the_database(item):
        standing.arrange(wanted="cast" in item.fixturenames)


@pytest.fixture
def now():
    """The moment the test plays at; everything else is reckoned from it."""
    return clock.now()


@pytest.fixture
def cast(db, now):
    """Everybody of the cast and their companies, deciders at their defaults; Piotr holds Administrator at Acme."""
    if standing.stands:
        return standing.again()
    alone = standing.world is None and standing.has_the_database()
    built = world.build(at=now, secrets=False)
    if alone:
        standing.keep(built)
    return built


@pytest.fixture
def several_deciders(cast):
    """The cast, with Acme's partner requests decided by its primary user and its administrators."""
    cast.acme.partner_deciders = Deciders.PRIMARY_AND_ADMINISTRATORS
    cast.acme.save(update_fields=["partner_deciders"])
    return cast


@pytest.fixture
def pending(cast, now):
    """Pat asks for Petra to see Acme's invoices, for seven days from the approval."""
    return ask(cast, at=now)


@pytest.fixture
def support_asked(cast, now):
    """Tess asks to read Acme's records, for a week from the approval."""
    return ask_for_support(cast, at=now)


@pytest.fixture
def granted(pending, cast, now):
    """The same request approved by Carol: Petra's grant."""
    return approve(pending, by=cast.carol, at=now)


@pytest.fixture
def signed_in():
    """``signed_in(user)`` is a browser in which the person has just signed in, second factor included."""
    return open_browser


def member(user, account):
    """This will give the living membership of a person in an account."""
    return Membership.objects.get(user=user, account=account, ended_at=None)


def ask(cast, *, at, by=None, for_=None, account=None, window=None, permissions=(INVOICES,), **more):
    """This will submit a request: by Pat, for Petra, at Acme, for the invoices and a week, where not said otherwise.

    ``for_`` is the person who would get access; they belong to the company of ``by``.
    """
    by, for_ = by or cast.pat, for_ or cast.petra
    company = by.memberships.filter(account__kind="partner", ended_at=None).get().account
    request = services.submit_request(
        account=account or cast.acme,
        membership=member(for_, company),
        by=by,
        permissions=permissions,
        window=window or services.Window(duration=WEEK),
        at=at,
        **{"administrator": False, "may_delegate": False, "reason": "The last invoice does not add up.", **more},
    )
    return fresh(request)


def ask_for_support(cast, *, at, by=None, account=None, roles=(READ_RECORDS,), window=None, **more):
    """This will ask as an associate: Tess, at Acme, to read the records for a week, without a case."""
    account = account or cast.acme
    request = services.submit_support_request(
        number=account.number,
        org_id=account.org_id,
        by=by or cast.tess,
        roles=role_bundles(*roles),
        window=window or services.Window(duration=WEEK),
        at=at,
        **{"reason": "The nightly backups stop.", "no_case": "Carol called.", **more},
    )
    return fresh(request)


def ask_for_hour(cast, *, at, by=None, of=None, account=None, **more):
    """This will ask for temporary access at the help desk: Tess, at Acme, of Carol, where not said otherwise."""
    request = services.ask_hour(
        account=account or cast.acme,
        email=(of or cast.carol).email,
        by=by or cast.tess,
        at=at,
        **{"reason": "Nobody can sign in since noon.", **more},
    )
    return fresh(request)


def grant_hour(request, *, by, at, minutes=60, code=None, seen=None):
    """This will let the agent in as ``by``, to whom the code was told, and give the grant."""
    return services.grant_hour(
        request=request,
        seen=seen or request.as_seen(),
        code=request.code if code is None else code,
        length=timedelta(minutes=minutes),
        by=by,
        at=at,
    )


def wrong_code(request):
    """This will give two digits that are not those on the agent's screen."""
    return "00" if request.code != "00" else "01"


def role_bundles(*names):
    """This will give the role bundles called so."""
    return list(AccessRole.objects.filter(name__in=names))


def approve(request, *, by, at, seen=None, **less):
    """This will say yes as ``by``, who has just read the request, and give the grant."""
    return services.approve_request(request=request, seen=seen or request.as_seen(), by=by, at=at, **less)


def deny(request, *, by, at, seen=None):
    """This will say no as ``by``, who has just read the request."""
    return services.deny_request(request=request, seen=seen or request.as_seen(), by=by, at=at)


def fresh(request):
    """This will read a request again as a page does, with its people."""
    return AccessRequest.objects.with_people().get(pk=request.pk)


def events(thing):
    """This will give what the trail says happened to a request or a grant, in order."""
    lines = TrailLine.objects.filter(subject=thing.public_id).order_by("sequence")
    return list(lines.values_list("event", flat=True))


def told(mail, about):
    """This will give the addresses to which a mail about a request or a grant went, one for each copy."""
    return sorted(Mail.objects.filter(event=mail, about__startswith=about.public_id).values_list("to", flat=True))


def open_browser(user, **headers):
    """This will give a client whose session began now with a second factor; whoever has none gets one first."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, world.secret_of(user.first_name.lower()))
    client = Client(**headers)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    web_request = HttpRequest()
    web_request.session, web_request.user = client.session, AnonymousUser()  # the last step before being signed in
    web_request.session["session_began_at"] = time.time()
    record_authentication(web_request, user, method="mfa", type="totp")
    web_request.session.save()
    return client

"""The small believable world that the demo and the tests share: the cast, their companies, some records.

Built through the same services as everything else. ``portal_seed`` prints the passwords and secrets kept here,
which is why it refuses a database that holds anybody else.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.db import transaction

from access_requests import services as requests
from accounts import services as accounts
from accounts.models import Account, Invoice, Membership, Order, Usage, User
from accounts.permissions import AccountPermission, Role
from accounts.states import AccountKind, Deciders
from partners import services as partners
from riders import services as cases

OLD = timedelta(days=45)  # so long everybody has been there: nothing is due that comes round every few months
PASSWORD = "lend-me-a-key-{name}"  # noqa: S105 - printed by the command that uses it, on a database of its own
# Thirty-two letters of RFC 4648, section 6, made from the name, so that an authenticator can be fed by hand.
SECRET_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # noqa: S105

COMPANIES = {
    "vendor": (AccountKind.VENDOR, "100001", "90000001", "Latchkey Support", 50),
    "acme": (AccountKind.CUSTOMER, "654321", "48104810", "Acme", 25),
    "globex": (AccountKind.CUSTOMER, "810432", "48220077", "Globex", 10),
    "bolt": (AccountKind.PARTNER, "700118", "57031180", "Bolt Partners", 12),
    "crow": (AccountKind.PARTNER, "700226", "57032260", "Crow IT", 8),
}

PEOPLE = {
    # name: [(company, role, authorized contact), ...]; whoever acts first in an account comes first
    "carol": [("acme", Role.PRIMARY, False)],
    "adam": [("acme", Role.ADMINISTRATOR, False)],
    "ursula": [("acme", Role.ACCESS_ADMINISTRATOR, False)],
    "connie": [("acme", Role.MEMBER, True)],
    "mike": [("acme", Role.MEMBER, False)],
    "pat": [("bolt", Role.PRIMARY, False)],
    "petra": [("bolt", Role.MEMBER, False)],
    "piotr": [("bolt", Role.MEMBER, False)],
    "greta": [("bolt", Role.MEMBER, False)],
    "dora": [("bolt", Role.MEMBER, False), ("acme", Role.ADMINISTRATOR, False)],
    "quinn": [("crow", Role.PRIMARY, False)],
    "tess": [("vendor", Role.MEMBER, False)],
    "tom": [("vendor", Role.MEMBER, False)],
    "stan": [("vendor", Role.MEMBER, False)],
    "root": [("vendor", Role.PRIMARY, False)],
    "mallory": [("globex", Role.PRIMARY, False)],
}

DOMAINS = {
    "vendor": "latchkey.example",
    "acme": "acme.example",
    "globex": "globex.example",
    "bolt": "bolt.example",
    "crow": "crow.example",
}

# What Stan finds on the admin site: every window, every action, and every form
STAFF_MAY = [
    "view_user",
    "view_account",
    "view_membership",
    "view_grant",
    "view_proposedchange",
    "view_order",
    "view_invoice",
    "view_usage",
    "view_partnership",
    "view_accessrequest",
    "view_block",
    "view_review",
    "view_accessrole",
    "view_supportcase",
    "view_caseapproval",
    "view_mail",
    "view_notice",
    "view_trailline",
    "view_trailhead",
    "change_user",
    "change_mail",
    "change_partnership",
    "add_account",
    "add_partnership",
    "add_registerupload",
    *(f"{may}_{what}" for what in ("invitation", "replacement", "factorreset") for may in ("view", "add", "change")),
    "change_supportcase",
    "change_remotesession",
    *("view_article", "view_rider", "view_acknowledgement", "view_sessionrequest", "view_remotesession"),
    *(f"{may}_{what}" for what in ("article", "rider") for may in ("add", "change")),
    "add_accessrole",
    "change_accessrole",
]


@dataclass
class World:
    """The cast by first name, the companies by theirs."""

    people: dict[str, User] = field(default_factory=dict)
    companies: dict[str, Account] = field(default_factory=dict)

    def __getattr__(self, name):
        """A person or a company by name."""
        found = self.__dict__["people"].get(name) or self.__dict__["companies"].get(name)
        if found is None:
            raise AttributeError(name)
        return found


@transaction.atomic
def build(*, at, several_deciders=False, secrets=True):
    """Make the cast, who serves whom, and Piotr's Administrator access to Acme.

    :param several_deciders: Acme's partner requests are answered by the administrators too
    :param secrets: give everybody the printed password and second factor (slow, as it should be)
    """
    world, beginning = World(), at - OLD
    for name, (kind, number, org_id, title, seats) in COMPANIES.items():
        world.companies[name] = accounts.open_account(
            kind=kind,
            number=number,
            org_id=org_id,
            name=title,
            time_zone="Europe/Amsterdam",
            language="en",
            seats=seats,
            by=None,
            at=beginning,
        )
    for name, places in PEOPLE.items():
        world.people[name] = _person(name, addresses()[name], secrets=secrets)
        for company, role, contact in places:
            accounts.add_member(
                account=world.companies[company],
                user=world.people[name],
                role=role,
                authorized_contact=contact,
                by=None,
                at=beginning,
            )
    _let_staff_in(world)
    accounts.lay_down_roles(at=beginning)
    accounts.deactivate_person(user=world.greta, by=None, at=beginning)
    if several_deciders:
        Account.objects.filter(pk=world.acme.pk).update(partner_deciders=Deciders.PRIMARY_AND_ADMINISTRATORS)
        world.acme.refresh_from_db()
    for partner, customer in [("bolt", "acme"), ("crow", "acme"), ("bolt", "globex")]:
        partners.make_known(partner=world.companies[partner], customer=world.companies[customer], by=None, at=beginning)
    _lend_to_piotr(world, at=at)
    return world


def add_records(world, *, today):
    """Give Acme and Globex orders, invoices and usage: thirty-one invoices, back from ``today``."""
    products = [("BACKUP-1", "Backup, 1 TB"), ("FIREWALL", "Managed firewall"), ("MAIL-50", "Mailboxes, 50")]
    for account, months, share in [(world.acme, 31, 1), (world.globex, 9, 3)]:
        firsts = [_months_back(today, back) for back in range(months)]
        Invoice.objects.bulk_create(
            Invoice(
                account=account,
                number=f"I-{account.number[:3]}{7400 - back}",
                issued_on=first,
                due_on=first + timedelta(days=30),
                amount=Decimal(481260 + 3799 * back) / 100 / share,
                currency="EUR",
                state="open" if back == 0 else "overdue" if back == 2 else "paid",
            )
            for back, first in enumerate(firsts)
        )
        Order.objects.bulk_create(
            Order(
                account=account,
                number=f"O-{account.number[:3]}{520 - back}",
                ordered_on=first + timedelta(days=back % 20),
                product=products[back % 3][0],
                description=products[back % 3][1],
                quantity=back % 7 + 1,
                state="open" if back < 2 else "cancelled" if back == 5 else "delivered",
            )
            for back, first in enumerate(firsts[:12])
        )
        Usage.objects.bulk_create(
            Usage(
                account=account,
                month=first,
                product=product,
                amount=Decimal(1200 + 37 * back + 210 * place) / share,
                unit=("GB", "h", "mailbox")[place],
            )
            for back, first in enumerate(firsts[:12])
            for place, (product, _title) in enumerate(products)
        )


def ask_for_pat(world, *, at):
    """Pat asks for Administrator of his own at Acme, and waits for Carol."""
    return requests.submit_request(
        account=world.acme,
        membership=Membership.objects.get(user=world.pat, account=world.bolt),
        by=world.pat,
        permissions=[],
        administrator=True,
        may_delegate=True,
        window=requests.Window(duration=timedelta(days=7)),
        reason="The backup order and the last invoice do not agree. I want to find out why before the month ends.",
        at=at,
    )


def open_case_of_acme(world, *, at):
    """Connie reports something to support, so that Tess has a case to name when she asks."""
    return cases.open_case(
        account=world.acme,
        subject="Backups stop at half past three every night",
        description=(
            "Since Monday the nightly backup ends at 03:30 with\n\n"
            "    volume vault-2: connection lost\n\n"
            "Before that it ran until about *five*. We changed nothing on our side."
        ),
        product="Nightly backup",
        severity=2,
        by=world.connie,
        at=at,
    )


def addresses():
    """The mail address of everybody of the cast, by first name."""
    return {name: f"{name}@{DOMAINS[places[0][0]]}" for name, places in PEOPLE.items()}


def password_of(name):
    """The printed password of somebody of the cast."""
    return PASSWORD.format(name=name)


def secret_of(name):
    """The printed second factor of somebody of the cast: the secret an authenticator app is fed."""
    return "".join(SECRET_LETTERS[(ord(name[place % len(name)]) * 7 + place * 11) % 32] for place in range(32))


def _person(name, email, *, secrets):
    user = User(email=email, first_name=name.capitalize())
    if secrets:
        user.set_password(password_of(name))
    else:
        user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    if secrets or PEOPLE[name][0][0] == "vendor":  # nobody is an associate without a second factor
        TOTP.activate(user, secret_of(name))
    return user


def _let_staff_in(world):
    User.objects.filter(pk__in=[world.stan.pk, world.root.pk]).update(is_staff=True)
    User.objects.filter(pk=world.root.pk).update(is_superuser=True)
    world.stan.user_permissions.set(Permission.objects.filter(codename__in=STAFF_MAY))
    for user in (world.stan, world.root):
        user.refresh_from_db()


def _lend_to_piotr(world, *, at):
    asked = requests.submit_request(
        account=world.acme,
        membership=Membership.objects.get(user=world.piotr, account=world.bolt),
        by=world.pat,
        permissions=[AccountPermission.VIEW_INVOICES],
        administrator=True,
        may_delegate=True,
        window=requests.Window(duration=timedelta(days=365)),
        reason="Piotr looks after Acme's services day by day.",
        at=at - timedelta(days=30),
    )
    requests.approve_request(request=asked, seen=asked.as_seen(), by=world.carol, at=at - timedelta(days=30))


def _months_back(today, back):
    month = today.year * 12 + today.month - 1 - back
    return date(month // 12, month % 12 + 1, 1)

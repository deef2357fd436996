"""The catalogue: every right there is, in words a customer reads, and which role holds what.

A right enters the catalogue together with the page it opens.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from .states import AccountKind


class AccountPermission(models.TextChoices):
    """One right on an account. The values are permission codenames and are never renamed."""

    VIEW_ORDERS = "view_orders", _("See orders")
    VIEW_INVOICES = "view_invoices", _("See invoices")
    VIEW_USAGE = "view_usage", _("See usage")
    VIEW_CONTACTS = "view_contacts", _("See contacts")
    VIEW_ARTICLES = "view_articles", _("See knowledge articles")
    VIEW_CASES = "view_cases", _("See support cases")
    WRITE_CASES = "write_cases", _("Open and solve support cases")
    VIEW_CONFIGURATION = "view_configuration", _("See the configuration")
    CHANGE_CONFIGURATION = "change_configuration", _("Change the configuration")
    VIEW_ACCESS = "view_access", _("See who has access")
    MANAGE_PEOPLE = "manage_people", _("Manage people")
    CHANGE_SETTINGS = "change_settings", _("Change the settings")
    ACCEPT_TERMS = "accept_terms", _("Accept terms for remote sessions")
    DECIDE_ACCESS = "decide_access", _("Decide requests for access")
    END_ACCESS = "end_access", _("End access")


class Role(models.TextChoices):
    """What a membership makes of a person. The values are never renamed."""

    PRIMARY = "primary", _("Primary user")
    ADMINISTRATOR = "administrator", _("Administrator")
    ACCESS_ADMINISTRATOR = "access_administrator", _("Access administrator")
    MEMBER = "member", _("Member")


P = AccountPermission

LENDABLE = (
    P.VIEW_ORDERS,
    P.VIEW_INVOICES,
    P.VIEW_USAGE,
    P.VIEW_CONTACTS,
    P.VIEW_ARTICLES,
    P.VIEW_CASES,
    P.WRITE_CASES,
    P.VIEW_CONFIGURATION,
    P.CHANGE_CONFIGURATION,
)

# What a plain member can be given one by one: the records and the people, but not how everybody signs in.
MEMBER_SWITCHES = tuple(right for right in LENDABLE if right not in (P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION))

# What the account's setting opens to the vendor's associates, without anybody asking.
SUPPORT_READS = frozenset({P.VIEW_CONFIGURATION})

# What only shows and never changes: a contact who decides nothing else may lend these for a case (S3-2).
READS = frozenset(right for right in LENDABLE if right not in (P.WRITE_CASES, P.CHANGE_CONFIGURATION))

CONSEQUENCES = {
    P.VIEW_ORDERS: _("What was ordered, when, and how far it is."),
    P.VIEW_INVOICES: _("Numbers, amounts and due dates of the invoices."),
    P.VIEW_USAGE: _("How much of each service is used, month by month."),
    P.VIEW_CONTACTS: _("Names, e-mail addresses and roles of the people of the account."),
    P.VIEW_ARTICLES: _("What support has written down about common questions."),
    P.VIEW_CASES: _("What was reported to support, by whom, and how far it is."),
    P.WRITE_CASES: _("Can report something to support in your name, and say that it is solved."),
    P.VIEW_CONFIGURATION: _("How your people sign in, which mail domains belong to you, who gets notices."),
    P.CHANGE_CONFIGURATION: _("Can change how your people sign in. A mistake can lock people out."),
}

# The pages of an account: the name of the address, what the tab says, and the right it needs.
PAGES = (
    ("account", _("Overview"), None),
    ("account_orders", _("Orders"), P.VIEW_ORDERS),
    ("account_invoices", _("Invoices"), P.VIEW_INVOICES),
    ("account_usage", _("Usage"), P.VIEW_USAGE),
    ("account_contacts", _("Contacts"), P.VIEW_CONTACTS),
    ("account_articles", _("Articles"), P.VIEW_ARTICLES),
    ("account_cases", _("Cases"), P.VIEW_CASES),
    ("account_case_open", _("Cases"), P.WRITE_CASES),
    ("account_configuration", _("Configuration"), P.VIEW_CONFIGURATION),
    ("account_configuration_change", _("Configuration"), P.CHANGE_CONFIGURATION),
    ("account_access", _("Access"), P.VIEW_ACCESS),
    ("account_partners", _("Partners"), P.VIEW_ACCESS),
    ("account_settings", _("Settings"), P.CHANGE_SETTINGS),
)
# Pages that belong under another one's tab, though their address does not begin with its.
UNDER = {"changes": "account_configuration", "change": "account_configuration"}
# Pages that only some kinds of account have.
KINDS = {
    "account_partners": AccountKind.CUSTOMER,
    "account_articles": AccountKind.CUSTOMER,
    "account_cases": AccountKind.CUSTOMER,
    "account_case_open": AccountKind.CUSTOMER,
}

_EVERYBODY_WHO_RUNS_IT = frozenset({*LENDABLE, P.VIEW_ACCESS, P.MANAGE_PEOPLE, P.END_ACCESS})

ROLE_RIGHTS = {
    Role.PRIMARY: _EVERYBODY_WHO_RUNS_IT | {P.CHANGE_SETTINGS, P.ACCEPT_TERMS, P.DECIDE_ACCESS},
    # DECIDE_ACCESS where the account's settings say so
    Role.ADMINISTRATOR: _EVERYBODY_WHO_RUNS_IT | {P.CHANGE_SETTINGS, P.ACCEPT_TERMS},
    Role.ACCESS_ADMINISTRATOR: _EVERYBODY_WHO_RUNS_IT - {P.CHANGE_CONFIGURATION},
    Role.MEMBER: frozenset(),  # what the account's administrators set per person
}

# What the flag *authorized contact* gives, whatever the role: they speak with support.
CONTACT_RIGHTS = frozenset({P.VIEW_CASES, P.WRITE_CASES, P.ACCEPT_TERMS})

STAND_IN_RIGHTS = frozenset({P.VIEW_ACCESS, P.END_ACCESS, P.DECIDE_ACCESS})

# Who appoints whom, and ends whose membership. Administrators are made and unmade by the primary user alone.
APPOINTS = {
    Role.PRIMARY: frozenset({Role.ADMINISTRATOR, Role.ACCESS_ADMINISTRATOR, Role.MEMBER}),
    Role.ADMINISTRATOR: frozenset({Role.ACCESS_ADMINISTRATOR, Role.MEMBER}),
    Role.ACCESS_ADMINISTRATOR: frozenset({Role.MEMBER}),
    Role.MEMBER: frozenset(),
}

# Whoever asks for a partner's people: the primary user and the administrators of the partner's own account.
PARTNER_ADMIN_ROLES = frozenset({Role.PRIMARY, Role.ADMINISTRATOR})

# Roles that decide, or may by the account's settings: who gets or loses one is told to all who hold one.
DECIDER_ROLES = frozenset({Role.PRIMARY, Role.ADMINISTRATOR})

# Roles whose people need a second factor whatever kind of account they belong to.
SECOND_FACTOR_ROLES = frozenset({Role.PRIMARY, Role.ADMINISTRATOR})

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


def lendable(permissions):
    """Those of the permissions (names or values) that can be lent at all, as a set of values."""
    return {str(permission) for permission in permissions} & {right.value for right in LENDABLE}


def ordered(permissions):
    """The permissions in the order of the catalogue, as a list of :class:`AccountPermission`."""
    wanted = {str(permission) for permission in permissions}
    return [permission for permission in AccountPermission if permission.value in wanted]

"""Nothing of support changes an account's configuration or data without a yes in writing (S3-13).

Found by looking: every address that takes a form, every service, and every function that writes those tables. A new
one fails here until it is said what it is, and what it changes is tried as an associate who holds all that can be lent.
"""

import ast
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from access_requests.models import Block
from access_requests.services import report_unexpected
from accounts import authorization, services
from accounts.models import (
    Account,
    Configuration,
    FactorReset,
    Invitation,
    Invoice,
    Membership,
    MembershipRight,
    Order,
    Replacement,
    Usage,
    User,
)
from accounts.permissions import LENDABLE, Role
from accounts.permissions import AccountPermission as P
from accounts.services import change_settings
from frame import clock
from frame.refusals import NotAllowedNow, TooMuch
from partners import services as partners
from partners.models import Partnership
from riders import services as riders
from riders.models import RemoteTools
from tests.accounts.proposals import METADATA, YES, lend_everything_for_case, propose
from tests.cast import approve, ask, ask_for_support, member
from tests.config.test_every_form import BUTTONS
from tests.config.test_urls import every_address
from tests.config.things import CHOSEN, is_ours, things
from tests.pages import form_of, soup_of
from tests.test_house_rules import SERVICES

pytestmark = pytest.mark.seed("S3-13")
WEEK, DAY = timedelta(days=7), timedelta(days=1)

# The account's configuration and data, and whom it knows. Requests, access and what is said on cases are none of it.
DATA = (
    *(Account, Configuration, Invitation, Invoice, Membership, MembershipRight, Order, Usage),
    *(Partnership, Block, RemoteTools, Replacement, FactorReset),
)
TABLES = [table._meta.db_table for table in (*DATA, User)]
PEOPLE = ("first_name", "last_name", "email", "is_active", "is_staff", "is_superuser", "language", "time_zone")


def stands():
    """This will give all of an account's configuration and data, of every account."""
    rows = {table.__name__: list(table.objects.order_by("pk").values()) for table in DATA}
    return rows | {"User": list(User.objects.order_by("pk").values(*PEOPLE))}


def everything_for_support(cast, *, at):
    services.add_access_role(
        name="All", description="All of it.", permissions=[right.value for right in LENDABLE], by=cast.stan, at=at
    )
    return approve(ask_for_support(cast, roles=["All"], at=at), by=cast.carol, at=at)


def read_only(cast, *, at):
    change_settings(account=cast.acme, seen=1, by=cast.adam, support_read_only=True, at=at)


WAYS_IN = {"support": everything_for_support, "case": lend_everything_for_case, "read-only": read_only}


@pytest.fixture(params=WAYS_IN)
def let_in(request, cast, now, signed_in):
    """Tess is in Acme's account with all that support can have: by a request, for a case, or by the setting."""
    signed_in(cast.tess)  # a second factor, which makes an associate
    WAYS_IN[request.param](cast, at=now)
    cast.acme.refresh_from_db()
    return request.param


# ------------------------------------------------------------------------------------------- every service

# What changes it: who may, and what is asked of the service. The same is then tried by Tess.
CHANGES = {
    "accounts.change_configuration": ("carol", lambda w: {"account": w.acme, "seen": 0, "metadata_url": METADATA}),
    "accounts.change_settings": (
        "carol",
        lambda w: {"account": w.acme, "seen": w.acme.settings_version, "support_changes_need_agreement": False},
    ),
    "accounts.agree_to_change": ("carol", lambda w: {"change": w.change, "digest": w.change.digest, "words": YES}),
    "accounts.add_member": ("carol", lambda w: {"account": w.acme, "user": w.cast.quinn, "role": Role.MEMBER}),
    "accounts.change_role": ("carol", lambda w: {"membership": w.mike, "role": Role.ADMINISTRATOR}),
    "accounts.set_member_rights": ("carol", lambda w: {"membership": w.mike, "permissions": [P.VIEW_ORDERS]}),
    "accounts.set_authorized_contact": ("carol", lambda w: {"membership": w.mike, "authorized_contact": True}),
    "accounts.name_stand_in": (
        "carol",
        lambda w: {"membership": w.mike, "starts_at": w.at + DAY, "ends_at": w.at + WEEK},
    ),
    "accounts.end_stand_in": ("carol", lambda w: {"membership": w.standing_in}),
    "accounts.name_successor": ("carol", lambda w: {"account": w.acme, "successor": w.cast.adam}),
    "accounts.end_membership": ("carol", lambda w: {"membership": w.mike}),
    "accounts.invite": (
        "carol",
        lambda w: {"account": w.acme, **w.newcomer, "permissions": [], "authorized_contact": False},
    ),
    "accounts.invite_again": ("carol", lambda w: {"invitation": w.invitation}),
    "accounts.withdraw_invitation": ("carol", lambda w: {"invitation": w.invitation}),
    "accounts.accept_invitation": ("invited", lambda w: {"invitation": w.invitation}),
    "accounts.invite_as_staff": ("root", lambda w: {"account": w.acme, **w.newcomer}),
    "accounts.send_again_as_staff": ("root", lambda w: {"invitation": w.of_staff}),
    "accounts.withdraw_as_staff": ("root", lambda w: {"invitation": w.of_staff}),
    "accounts.start_replacement": (
        "root",
        lambda w: {"account": w.globex, "successor": w.at_globex, "reason": "They left."},
    ),
    "accounts.stop_replacement": ("carol", lambda w: {"replacement": w.replacement}),
    "accounts.call_off_replacement": ("root", lambda w: {"replacement": w.replacement}),
    "accounts.start_factor_reset": ("root", lambda w: {"person": w.cast.carol, "reason": "A lost phone."}),
    "accounts.stop_factor_reset": ("carol", lambda w: {"reset": w.reset}),
    "accounts.call_off_factor_reset": ("root", lambda w: {"reset": w.reset}),
    "accounts.set_up_account": ("root", lambda w: {"kind": "customer", **w.company, **w.somebody}),
    "partners.set_up_company": ("root", lambda w: {"kind": "customer", "partners": [], **w.company, **w.somebody}),
    "partners.end_partnership": (
        "carol",
        lambda w: {"partnership": Partnership.objects.get(partner=w.cast.bolt, customer=w.acme)},
    ),
    "access_requests.lift_block": ("carol", lambda w: {"block": w.block}),
    "riders.change_remote_tools": (
        "carol",
        lambda w: {"account": w.acme, "primary_permitted": False, "others": "Ours"},
    ),
}
# Where who calls has been let in before: a command of the operator's, or a page of staff's own with a permission of its
# own. The walk through the addresses below tries those pages as Tess.
WHERE_STAFF_WERE_LET_IN = {
    *("accounts.open_account", "accounts.deactivate_person", "accounts.lock_for_register"),
    *(f"accounts.bring_{what}" for what in ("accounts", "members", "people", "records")),
    *("partners.bring_partnerships", "partners.import_register", "partners.import_upload", "partners.keep_upload"),
    *("partners.check_register", "partners.check_upload", "partners.from_folder", "partners.make_known"),
    *("partners.link_unasked", "partners.link", "accounts.reencrypt_second_factors", "accounts.lay_down_roles"),
}
# The question and the answer, access, and what a person did with it
ACCESS = {name for name in SERVICES if name.startswith("access_requests.")} - set(CHANGES)
# Cases, articles, terms and sessions: the conversation with support, and what the vendor writes
CONVERSATION = {name for name in SERVICES if name.startswith("riders.")} - set(CHANGES)
# Looks, mails, the vendor's own catalogue, and what is only proposed
ELSEWHERE = {
    *("accounts.enter", "accounts.look", "accounts.look_up_account", "accounts.look_up_accounts"),
    *("accounts.require_ender", "accounts.endable", "accounts.add_access_role", "accounts.change_access_role"),
    *("accounts.propose_change", "accounts.withdraw_change", "accounts.refuse_change"),
    *("accounts.lapse_due_changes", "accounts.remind_of_changes", "accounts.tell_new_answerers"),
    "partners.tell_of_available",
    *("accounts.complete_due_factor_resets", "accounts.complete_factor_reset"),
    *("accounts.complete_due_replacements", "accounts.complete_replacement"),
    *(name for name in SERVICES if name.startswith("notifications.")),
}


def test_of_every_service_it_is_known_whether_it_changes_an_account():
    known = [set(CHANGES), WHERE_STAFF_WERE_LET_IN, ACCESS, CONVERSATION, ELSEWHERE]

    assert set(SERVICES) == set().union(*known)
    assert len(SERVICES) == sum(map(len, known))


class World:
    """What the services are asked about."""

    def __init__(self, cast, at):
        self.cast, self.at, self.globex = cast, at, cast.globex
        self.acme = Account.objects.get(pk=cast.acme.pk)
        self.mike = member(cast.mike, cast.acme)
        self.newcomer = {"email": "n@acme.example", "first_name": "New", "last_name": "One", "role": Role.MEMBER}
        self.somebody = {"email": "p@new.example", "first_name": "First", "last_name": "One"}
        self.company = {"number": "999111", "org_id": "99911100", "name": "New", "time_zone": "UTC"}
        self.company |= {"language": "en", "seats": 5}

    def prepare(self, name):
        """What one service needs to be there."""
        cast, at = self.cast, self.at
        if "invitation" in name or name.endswith("invite_again"):
            invited = self.newcomer | {"email": "i@acme.example"}
            self.invitation = services.invite(
                account=self.acme, **invited, permissions=[], authorized_contact=False, by=cast.carol, at=at
            )
        if name.endswith("_as_staff"):
            sent = self.newcomer | {"email": "s@acme.example"}
            self.of_staff = services.invite_as_staff(account=self.acme, **sent, by=cast.root, at=at)
        if name.endswith(("stop_replacement", "off_replacement")):
            told = {"account": self.acme, "successor": cast.mike, "reason": "They left."}
            self.replacement = services.start_replacement(**told, by=cast.root, at=at)
        if name.endswith("factor_reset"):
            TOTP.activate(cast.carol, "A" * 32)
            if not name.endswith("start_factor_reset"):
                told = {"person": cast.carol, "reason": "A lost phone."}
                self.reset = services.start_factor_reset(**told, by=cast.root, at=at)
        if name.endswith("start_replacement"):
            self.at_globex = services.add_member(
                account=self.globex, user=cast.greta, role=Role.MEMBER, by=None, at=at
            ).user
        if name.endswith("end_stand_in"):
            services.name_stand_in(membership=self.mike, starts_at=at, ends_at=at + WEEK, by=cast.carol, at=at)
            self.standing_in = member(cast.mike, self.acme)
        if name.endswith("lift_block"):
            odd = ask(cast, at=at)
            report_unexpected(request=odd, seen=odd.as_seen(), by=cast.carol, at=at)
            self.block = Block.objects.get()
        if name.endswith("agree_to_change") and authorization.allows(
            cast.tess, P.CHANGE_CONFIGURATION, self.acme, at=at
        ):
            self.change = propose(cast, at=at)

    def person(self, name):
        """Who may."""
        return self.invitation.user if name == "invited" else getattr(self.cast, name)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_no_service_does_under_whatever_support_holds_what_it_does_for_those_who_may(cast, let_in, now, name):
    world = World(cast, now)
    world.prepare(name)
    if name.endswith("agree_to_change") and let_in == "read-only":
        return  # whoever only reads has nothing to agree to
    who, asked = CHANGES[name]
    User.objects.filter(email="greta@bolt.example").update(is_active=True)
    before = stands()

    with pytest.raises((PermissionDenied, NotAllowedNow, ValidationError, TooMuch)), transaction.atomic():
        SERVICES[name](**asked(world), by=cast.tess, at=now)
    assert stands() == before

    SERVICES[name](**asked(world), by=world.person(who), at=now)
    assert stands() != before, "asked like this it changes nothing for anybody, so the refusal shows nothing"


# ------------------------------------------------------------------------------------------- every address

# What is changed on a page that has a form, for it to change something
CHANGED = {
    "account_configuration_change": {"domains": ["evil.example"]},
    "account_settings": {"support_read_only": ["on"], "partner_deciders": ["primary_and_administrators"]},
    "account_change": {"answer": ["agree"], "words": [YES]},
    "account_invite": {
        "email": ["evil@acme.example"],
        "first_name": ["E"],
        "last_name": ["Vil"],
        "role": ["member"],
    },
    "person_stand_in": {
        name: [f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"]
        for name, days in (("starts_at", 30), ("ends_at", 60))
    },
    "account_remote_tools": {"others": ["Theirs"]},
}
# Those that must show that what is sent would change something, were it Carol who sent it
FOR_CAROL = {"account_configuration_change", "account_settings", "account_change", "account_invite", "person_role"}
FOR_CAROL |= {"person_end", "person_rights", "person_contact"}
# Those that change some of it too: the walk through the services above shows it in the hands of those who may
AS_WELL = {
    *("account_remote_tools", "decide", "factor_reset_stop", "invitation_accept", "invitation_again"),
    *("invitation_withdraw", "person_stand_in", "person_stand_in_end", "person_successor", "replacement_stop"),
    *("unblock", "unlink_customer", "unlink_partner"),
}
# And those that take a form and change none of it: questions, answers and access, cases and sessions, what was read
WITHOUT = {
    *("access_end", "access_less", "add_colleague", "ask", "ask_several", "end_all_access", "give_access"),
    *("grant_end", "grant_less", "grant_restore", "hand_back", "help_desk", "help_desk_ask", "renew", "renewals"),
    *("request_cancel", "request_edit", "request_send_again", "support_ask", "support_ask_leave"),
    *("support_ask_review", "support_ask_roles", "support_edit", "support_edit_leave", "support_edit_review"),
    *("support_edit_roles", "support_find", "account_review", "account_review_access", "account_review_member"),
    *("account_case", "account_case_approval", "account_case_close", "account_case_follow", "account_case_open"),
    *("account_case_withdraw", "account_session", "account_session_request", "account_terms", "desk_case"),
    *("desk_case_access_ask", "desk_case_activate", "desk_case_bring_in", "desk_case_close", "desk_case_finish"),
    *("desk_case_follow", "desk_record", "desk_remote_tools", "desk_session", "desk_session_plan"),
    *("desk_session_request", "desk_terms_ask", "csp_report", "notice_read", "switch"),
}


def sent_to(name, path, browsers):
    """What the first of these browsers that gets a form there would send, changed."""
    for browser in browsers:
        page = browser.get(path)
        if page.status_code == 200 and soup_of(page).select_one("main form[method=post]"):
            form = form_of(page)
            why = {"reason": ["So."]} if "reason" in form else {}
            return form | why | CHANGED.get(name, {})
    return BUTTONS.get(name, {}) | CHANGED.get(name, {})


def post(browser, path, sent):
    """This will send a form and undo it again; answers the status, and whether anything of an account was changed."""
    cache.clear()
    written = []

    def note(execute, sql, params, many, context):
        written.extend(table for table in TABLES if not sql.startswith("SELECT") and table in sql)
        return execute(sql, params, many, context)

    with transaction.atomic():
        before = transaction.savepoint()
        browser.raise_request_exception = False
        with connection.execute_wrapper(note):
            status = browser.post(path, sent).status_code
        after = stands() if written else None
        transaction.savepoint_rollback(before)
        changed = bool(written) and stands() != after
        transaction.set_rollback(True)
    return status, changed


def test_no_address_takes_a_form_that_changes_anything_from_support(cast, let_in, now, signed_in):
    carol, stan, tess = signed_in(cast.carol), signed_in(cast.root), signed_in(cast.tess)
    tried, wrong, effective, only_read = set(), [], set(), set()
    for known in things(cast, now):
        for name, bare in every_address(known):
            path = bare + CHOSEN.get(name, "").format(**{"membership": 1, **known})
            if name in only_read or (name, path) in tried or path.startswith("/auth/") or name == "demo_sign_in":
                continue
            if "POST" not in carol.put(path).headers.get("Allow", "POST"):
                only_read.add(name)
                continue
            tried.add((name, path))
            staffs_own = path.startswith("/admin/") and not is_ours(path)
            tries = [sent_to(name, path, [stan] if staffs_own else [tess, carol])]
            tries += [{"action": "deactivate", "_selected_action": "1", "post": "yes"}] * staffs_own
            for fields in tries:
                status, changed = post(tess, path, fields)
                if changed or status >= 500:
                    wrong.append((name, path, status, changed))
            if name in FOR_CAROL and post(carol, path, sent_to(name, path, [carol]))[1]:
                effective.add(name)

    assert wrong == []
    assert effective == FOR_CAROL
    found = {name for name, path in tried if is_ours(path)}
    assert found == FOR_CAROL | AS_WELL | WITHOUT, "of a new address it is to be said whether it changes an account"


# ------------------------------------------------------------------------------------------- every writer

WRITES = {"update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "save", "delete"}
WRITES |= {"execute", "executemany", "raw", "abulk_create", "aupdate", "acreate", "asave", "adelete"}
ROOMS = ("accounts", "access_requests", "riders", "partners", "notifications", "audit", "frame", "config")
READERS = {Configuration: {"configuration", "configuration_of"}, Order: {"orders"}, Usage: {"usage"}}


def writers(*tables, within=ast.FunctionDef):
    """This will give the functions of our apps that name one of these tables, or what reads a row of it, and write.

    :param within: ``ast.Module`` gives the modules that do both, for a table that is handed around in them
    """
    names = {table.__name__ for table in tables}
    names |= {name for table in tables for name in READERS.get(table, ())}
    in_sql = [table._meta.db_table for table in tables]
    for path in chain.from_iterable((Path(settings.BASE_DIR) / room).rglob("*.py") for room in ROOMS):
        if "migrations" in path.parts:
            continue
        for part in ast.walk(ast.parse(path.read_text())):
            if not isinstance(part, within):
                continue
            inside = list(ast.walk(part))
            said = {getattr(one, "id", getattr(one, "attr", getattr(one, "value", ""))) for one in inside}
            texts = [text for text in said if isinstance(text, str)]
            named = said & names or any(table in text for text in texts for table in in_sql)
            called = {getattr(one.func, "attr", "") for one in inside if isinstance(one, ast.Call)}
            if named and called & WRITES:
                name = getattr(part, "name", "")
                yield f"{path.relative_to(settings.BASE_DIR).with_suffix('')}:{name}".rstrip(":")


def test_the_configuration_is_written_in_one_place():
    assert set(writers(Configuration)) == {"accounts/services/applying:apply_configuration"}


def test_what_was_ordered_billed_and_used_is_written_by_the_register_alone():
    """And by the cast of the demo, which refuses to be laid over anybody else."""
    assert set(writers(Order, Invoice, Usage, within=ast.Module)) == {
        "accounts/services/register/records",
        "config/world",
    }


def test_the_one_place_is_reached_by_the_gate_and_by_the_yes_alone():
    """Whoever calls what writes the configuration has asked one of the two questions."""
    callers = {}
    for path in (Path(settings.BASE_DIR) / "accounts").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                called = [
                    getattr(one.func, "attr", getattr(one.func, "id", ""))
                    for one in ast.walk(function)
                    if isinstance(one, ast.Call)
                ]
                if "apply_configuration" in called:
                    callers[function.name] = called
    assert set(callers) == {"change_configuration", "agree_to_change"}
    for name, gate in (("change_configuration", "require_free_hand"), ("agree_to_change", "_require_answerer")):
        assert callers[name].index(gate) < callers[name].index("apply_configuration")


def test_the_services_were_found():
    assert riders.change_remote_tools in SERVICES.values()
    assert partners.end_partnership in SERVICES.values()

"""Whatever is deleted, by whatever way there is, no right is left without its grant and no grant without its people."""

import random

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, ProtectedError, RestrictedError
from guardian.models import GroupObjectPermission, UserObjectPermission

from access_requests import services as requests
from access_requests.models import AccessRequest
from accounts import authorization, services
from accounts.models import Account, Grant, GrantedPermission, Membership, User
from frame.refusals import NotAllowedNow
from partners.models import Partnership
from partners.services import end_partnership
from tests.access_requests.case_access import a_case, activate, bring_in, let_in
from tests.cast import INVOICES, approve, ask, member

DELETIONS = 100
REFUSALS = (ProtectedError, RestrictedError, DatabaseError, PermissionDenied, NotAllowedNow)
OURS = {"accounts", "access_requests", "partners", "notifications", "audit", "auth", "account", "mfa", "usersessions"}
# Those that hang together with who was lent what are tried most often
DEAR = [User, Account, Membership, Grant, GrantedPermission, AccessRequest, Partnership, Permission]


@pytest.fixture
def lent(cast, now):
    """Access of several kinds at two customers, one lent on, one ended, one waiting."""
    for person, account, by in [(cast.petra, cast.acme, cast.carol), (cast.pat, cast.globex, cast.mallory)]:
        approve(ask(cast, at=now, for_=person, account=account), by=by, at=now)
    quinns = approve(ask(cast, at=now, by=cast.quinn, for_=cast.quinn), by=cast.carol, at=now)
    requests.end_access(grant=quinns, by=cast.carol, at=now)
    shared = {"permissions": [INVOICES], "administrator": False, "reason": "Holidays", "at": now}
    requests.add_colleague(account=cast.acme, membership=member(cast.dora, cast.bolt), by=cast.piotr, **shared)
    ask(cast, at=now, for_=cast.dora, account=cast.globex)
    case = a_case(cast, at=now)
    let_in(case, by=cast.connie, at=now)
    bring_in(activate(case, by=cast.tess, of=cast.connie, at=now), who=cast.tom, at=now)


def orphans():
    """This will give every right without its grant, person, account or name, and every grant that lacks somebody."""

    def lacks(rows, **needed):
        return [
            (field, pk)
            for field, table in needed.items()
            for pk in rows.filter(
                ~Exists(table._base_manager.filter(pk=OuterRef(f"{field}_id"))), **{f"{field}_id__isnull": False}
            ).values_list("pk", flat=True)
        ]

    rights = lacks(
        GrantedPermission.objects.all(), grant=Grant, user=User, content_object=Account, permission=Permission
    )
    people = {"grantee": User, "decided_by": User, "account": Account, "membership": Membership, "parent": Grant}
    return rights + lacks(Grant.objects.all(), **people)


def deleted_as_a_row(chance, _cast, _browser, _now):
    tables = [table for table in apps.get_models() if table._meta.app_label in OURS and table is not ContentType]
    table = chance.choice([*DEAR, *DEAR, *tables])
    rows = list(table._base_manager.order_by("pk").values_list("pk", flat=True))
    if not rows:
        return 0
    found = table._base_manager.filter(pk=chance.choice(rows))
    return (found.get().delete() if chance.random() < 0.5 else found.delete())[0]


def deleted_on_the_admin_site(chance, _cast, browser, _now):
    table = chance.choice([table for table in DEAR[:-1] if table._base_manager.exists()])
    one = chance.choice(list(table._base_manager.order_by("pk")))
    before = table._base_manager.count()
    home = f"/admin/{table._meta.app_label}/{table._meta.model_name}/"
    answer = browser.post(f"{home}{one.pk}/delete/", {"post": "yes"})
    assert answer.status_code in (302, 403, 404, 405)
    answer = browser.post(home, {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"})
    assert answer.status_code in (200, 302, 403, 404, 405)
    assert table._base_manager.count() == before
    return 0


def ended_by_a_service(chance, cast, _browser, now):
    people = [cast.petra, cast.pat, cast.dora, cast.quinn, cast.mike, cast.adam, cast.connie]
    steps = [
        (services.deactivate_person, "user", people),
        (services.end_membership, "membership", list(Membership.objects.living().order_by("pk"))),
        (end_partnership, "partnership", list(Partnership.objects.living().order_by("pk"))),
        (requests.end_access, "grant", list(Grant.objects.unended(now).order_by("pk"))),
    ]
    verb, name, rows = chance.choice([step for step in steps if step[2]])
    verb(**{name: chance.choice(rows)}, by=None if verb is not requests.end_access else cast.carol, at=now)
    return 1


@pytest.mark.trust("C5", "A11", "I15")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hundred_deletions_leave_no_right_and_no_grant_behind(cast, lent, now, signed_in, seed):
    chance, browser, gone = random.Random(seed), signed_in(cast.root), 0
    assert orphans() == []
    rights = GrantedPermission.objects.count()

    for _time in range(DELETIONS):
        way = chance.choice([deleted_as_a_row] * 6 + [deleted_on_the_admin_site, ended_by_a_service])
        try:
            with transaction.atomic():
                gone += way(chance, cast, browser, now)
                connection.check_constraints()
        except REFUSALS:
            continue
        assert orphans() == []

    assert gone > 10
    assert GrantedPermission.objects.count() < rights
    assert not UserObjectPermission.objects.exists()
    assert not GroupObjectPermission.objects.exists()
    for user in User.objects.all():
        for account in Account.objects.all():
            authorization.held(user, account, at=now)


@pytest.mark.trust("C5")
def test_whoever_holds_access_and_the_account_it_is_to_cannot_be_deleted(cast, lent):
    for row in (cast.petra, cast.acme, cast.carol, member(cast.petra, cast.bolt)):
        with pytest.raises(ProtectedError), transaction.atomic():
            row.delete()
    assert orphans() == []


def test_what_is_left_behind_is_noticed(cast, lent):
    with transaction.atomic():
        right, grant = GrantedPermission.objects.first(), Grant.objects.last()
        GrantedPermission.objects.filter(pk=right.pk).update(content_object=0)
        Grant.objects.filter(pk=grant.pk).update(membership=0)
        assert orphans() == [("content_object", right.pk), ("membership", grant.pk)]
        transaction.set_rollback(True)

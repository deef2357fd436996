"""What happens about support entering for a case, played once so that every mail about it was sent."""

from datetime import timedelta

import pytest

from accounts.models import AccessRole, MembershipRight
from accounts.permissions import AccountPermission as P
from riders import services
from tests.cast import READ_RECORDS, REPAIR, member

ODD = "Ends <b>Friday</b> & “costs” {{ nothing }} https://elsewhere.example/\n\n  - one\n  - two"
WEEK = timedelta(days=7)


def bundles(*names):
    """This will give the bundles with these names."""
    return list(AccessRole.objects.filter(name__in=names))


def let_in(case, *, by, at, names=(READ_RECORDS,), length=WEEK, **more):
    """This will let support enter for a case, where not said otherwise to read the records, for a week."""
    return services.approve_case_access(case=case, roles=bundles(*names), length=length, by=by, at=at, **more)


def ask_to_enter(case, *, by, at, names=(READ_RECORDS,), reason="The orders have to be compared."):
    """This will have support ask to enter for a case, where not said otherwise to read the records."""
    return services.ask_case_access(case=case, roles=bundles(*names), reason=reason, by=by, at=at)


def let_write_cases(cast):
    """This will let Mike, a plain member of Acme, read and open cases."""
    for right in (P.VIEW_CASES, P.WRITE_CASES):
        MembershipRight.objects.get_or_create(membership=member(cast.mike, cast.acme), permission=right)
    return cast.mike


@pytest.fixture
def story_of_approvals(cast, now):
    """Every mail about support entering for a case, in every way it can read."""
    let_write_cases(cast)
    case = services.open_case(account=cast.acme, subject=ODD.splitlines()[0], by=cast.mike, at=now)
    moments = iter(now + timedelta(minutes=minutes) for minutes in range(1, 20))
    ask_to_enter(case, by=cast.tess, at=next(moments), names=(READ_RECORDS, REPAIR), reason=ODD)
    services.decline_case_access(case=case, by=cast.carol, at=next(moments))
    let_in(case, by=cast.connie, at=next(moments))
    services.withdraw_case_access(case=case, by=cast.carol, at=next(moments))
    let_in(case, by=cast.connie, at=next(moments))
    services.finish_investigation(case=case, by=cast.tom, at=next(moments))

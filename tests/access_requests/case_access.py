"""The steps with which support gets into an account for a case, and out again."""

from datetime import timedelta

from access_requests import services
from riders.models import CaseApproval
from riders.services import approve_case_access, open_case
from tests.cast import READ_RECORDS, role_bundles

WEEK = timedelta(days=7)
FOLLOW_UP = "Follow up cases"


def a_case(cast, *, at, by=None, account=None, subject="The nightly backups stop"):
    """This will open a case: Connie's at Acme, where not said otherwise."""
    return open_case(account=account or cast.acme, subject=subject, by=by or cast.connie, at=at)


def let_in(case, *, by, at, roles=(READ_RECORDS,), length=WEEK):
    """This will let support enter for a case, with these bundles, and give the approval."""
    approval = approve_case_access(case=case, roles=role_bundles(*roles), length=length, by=by, at=at)
    return CaseApproval.objects.select_related("case__account", "approved_by").get(pk=approval.pk)


def activate(case, *, by, of, at, reason="The log has to be read.", **more):
    """This will turn on an associate's access for a case, naming the contact who approved, and give the grant."""
    return services.activate_access(case=case, email=of.email, reason=reason, by=by, at=at, **more)


def bring_in(grant, *, who, at, by=None, reason="Knows the backups.", **more):
    """This will bring in a colleague on an associate's access for a case, and give the colleague's grant."""
    return services.bring_in_colleague(
        grant=grant, email=who.email, reason=reason, by=by or grant.grantee, at=at, **more
    )

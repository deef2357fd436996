"""What somebody of support proposes at Acme: the access it stands on, proposing, answering."""

from django.db import transaction

from accounts import authorization, services
from accounts.models import ProposedChange
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.selectors import configuration_of
from accounts.states import RequestKind
from tests.cast import REPAIR, WEEK, approve, ask_for_support, member

METADATA = "https://idp.acme.example/metadata"
SETTING = {"domains": ["acme.example"]}
YES = "Yes, do it."


def lend_repair(cast, *, at, to=None, **more):
    """This will let Tess see and change Acme's configuration on a request of support, for a week."""
    return approve(ask_for_support(cast, by=to or cast.tess, roles=[REPAIR], at=at, **more), by=cast.carol, at=at)


@transaction.atomic
def lend_for_case(cast, *, at, to=None, case="10042", rights=(P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION), **more):
    """This will let Tess in for a case, as somebody who was approved on it would be."""
    terms = {"starts_at": at, "ends_at": at + WEEK, "administrator": False, "may_delegate": False, **more}
    return authorization.open_grant(
        account=cast.acme,
        membership=member(to or cast.tess, cast.vendor),
        by=cast.carol,
        permissions=rights,
        kind=RequestKind.CASE,
        case_number=case,
        reason="Nobody can sign in.",
        at=at,
        **terms,
    )


def lend_everything_for_case(cast, *, at):
    """The same with every right that can be lent."""
    return lend_for_case(cast, at=at, rights=LENDABLE)


def propose(cast, *, at, by=None, account=None, reason="The old domain is gone.", seen=None, **values):
    """This will propose, as Tess and at Acme where not said otherwise, to allow acme.example."""
    account = account or cast.acme
    return services.propose_change(
        account=account,
        seen=configuration_of(account).version if seen is None else seen,
        reason=reason,
        by=by or cast.tess,
        at=at,
        **(values or SETTING),
    )


def agree(change, *, by, at, words=YES, digest=None):
    """This will agree in writing as ``by``, who has just read it."""
    return services.agree_to_change(change=change, digest=digest or change.digest, words=words, by=by, at=at)


def anew(change):
    """This will read a proposal again as a page does."""
    return ProposedChange.objects.with_people().get(pk=change.pk)

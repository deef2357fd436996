"""A case that is opened together with the customer's answers: all of it, or nothing."""

from django.db import transaction

from .acknowledging import open_case_with_terms
from .approving import approve_case_access
from .cases import open_case


@transaction.atomic
def open_case_and_approve(*, account, roles, length, by, at, seen=None, digest="", **facts):
    """Report something to support, and let support enter the account for it in the same breath (S3-4).

    :param roles: as :func:`~riders.services.approve_case_access` takes them, and so are ``length`` and ``seen``
    :param digest: SHA-256 of the version of the terms that is accepted with it, where it is
    :param facts: as :func:`~riders.services.open_case` takes them
    :returns: the case
    :raises PermissionDenied: ``by`` may not open cases, not lend what is in the bundles, or not accept terms
    :raises ValidationError: something is missing
    :raises NotAllowedNow: something changed since the page was drawn
    """
    who = {"by": by, "at": at}
    if digest:
        case = open_case_with_terms(account=account, digest=digest, **who, **facts)
    else:
        case = open_case(account=account, **who, **facts)
    approve_case_access(case=case, roles=roles, length=length, seen=seen, **who)
    return case

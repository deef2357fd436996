"""Writes of who serves whom."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.states import AccountKind
from audit.record import record
from frame.refusals import NotAllowedNow

from .models import Partnership
from .states import PartnershipState


@transaction.atomic
def make_known(*, partner, customer, by, at):
    """Note that a partner serves a customer, so that the partner's admins may ask for access.

    :param by: the member of staff, or ``None`` for the system
    :raises NotAllowedNow: known already, or the two are no partner and customer
    """
    if partner.kind != AccountKind.PARTNER or customer.kind != AccountKind.CUSTOMER:
        raise NotAllowedNow(_("A partnership joins a partner and a customer."))
    if Partnership.objects.living().filter(partner=partner, customer=customer).exists():
        raise NotAllowedNow(_("This partnership is known already."))
    partnership = Partnership.objects.create(partner=partner, customer=customer, known_at=at)
    _note("partnership.known", partnership, by=by, at=at)
    return partnership


def link(*, partnership, by, at):
    """Link the two companies: the customer said yes once. The caller holds the lock on the row.

    :raises NotAllowedNow: it has ended or is linked already
    """
    available = Partnership.objects.filter(pk=partnership.pk, state=PartnershipState.AVAILABLE)
    if not available.update(state=PartnershipState.LINKED, linked_at=at, linked_by=by):
        raise NotAllowedNow(_("The two companies cannot be linked now."))
    partnership.state, partnership.linked_at, partnership.linked_by = PartnershipState.LINKED, at, by
    _note("partnership.linked", partnership, by=by, at=at)


def _note(event, partnership, *, by, at):
    record(
        event,
        account=partnership.customer,
        by=by,
        subject=f"{partnership.partner.number}-{partnership.customer.number}",
        at=at,
        partner=partnership.partner.number,
        partner_name=partnership.partner.name,
    )

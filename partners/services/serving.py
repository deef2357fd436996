"""Writes of who serves whom."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import Account
from accounts.services import Tally
from accounts.states import AccountKind
from audit.record import record
from frame.refusals import NotAllowedNow

from .. import emails, selectors
from ..models import Partnership
from ..signals import partnership_ended
from ..states import PartnershipState

_AT_ONCE, _BATCHES = 50, 8  # so one look lasts a second or two, and the jobs beside it are not kept waiting


@transaction.atomic
def make_known(*, partner, customer, by, at, linked=False):
    """Note that a partner serves a customer, so that the partner's admins may ask for access.

    A partner that has an account here is told at once, another one once somebody of it has signed in.

    :param linked: the two are linked from the beginning, by the vendor's register
    :param by: the member of staff, or ``None`` for the system
    :raises NotAllowedNow: known already, or the two are no partner and customer
    """
    partnership = _begin(partner, customer, by=by, at=at)
    if linked:
        link(partnership=partnership, by=by, at=at)
    if selectors.untold(at=at).filter(pk=partnership.pk).exists():
        _tell([partnership], at=at)
    return partnership


@transaction.atomic
def set_up_company(*, kind, email, first_name, last_name, partners, by, at, **facts):
    """Open a company's account, invite its primary user, and make known who serves it: all of it or nothing.

    :param facts: what :func:`accounts.services.set_up_account` wants to know of the company
    :param partners: the partner accounts that serve it, where it is a customer
    :raises ValidationError: a value is not acceptable, or the number or organization ID is taken
    :raises PermissionDenied: ``by`` is not staff entrusted with it, or the primary user would be the vendor's
    :raises NotAllowedNow: there is no seat for the primary user
    """
    person = {"email": email, "first_name": first_name, "last_name": last_name}
    account = accounts.set_up_account(kind=kind, **facts, **person, by=by, at=at).account
    for partner in partners:
        make_known(partner=partner, customer=account, by=by, at=at)
    return account


def tell_of_available(*, at):
    """Mail what a partner could not be told before anybody of it had signed in: one mail per available customer.

    A partner may have thousands, so nobody waits for it while signing in: they are told in batches, each in its own
    transaction with the note that it was told. What one look leaves over, the next finds.

    :returns: how many customers were told of
    """
    done = 0
    for _batch in range(_BATCHES):
        told = _tell_some(at=at)
        done += told
        if told < _AT_ONCE:
            break
    return done


def bring_partnerships(*, rows, write, by, at):
    """Make known, or link, who serves whom by the vendor's register. It cuts no link and brings none back.

    :param rows: ``partner``, ``customer`` (account numbers), ``state``; all text, and found to be in order
    :param write: make it so; the caller holds the locks on the accounts of both sides
    :returns: a :class:`~accounts.services.Tally`
    """
    tally = Tally()
    numbers = {row[side] for row in rows for side in ("partner", "customer")}
    accounts = {account.number: account for account in Account.objects.filter(number__in=numbers)}
    found = selectors.latest_by_pair(accounts.values())
    for row in rows:
        pair = row["partner"], row["customer"]
        sides = [accounts[number] for number in pair if number in accounts]
        known, linked = found.get(pair), row["state"] == PartnershipState.LINKED
        if (known and known.ended_at) or any(side.closed_at for side in sides):
            tally.count("left")
        elif known is None:
            tally.count("new", *pair)
            if write:
                make_known(partner=sides[0], customer=sides[1], linked=linked, by=by, at=at)
        elif linked and known.state == PartnershipState.AVAILABLE:
            tally.count("changed", *pair)
            if write:
                link(partnership=known, by=by, at=at)
        else:
            tally.count("same")
    return tally


def link(*, partnership, by, at):
    """Link the two companies: the customer said yes once. The caller holds the lock on the row.

    :raises NotAllowedNow: it has ended or is linked already
    """
    available = Partnership.objects.filter(pk=partnership.pk, state=PartnershipState.AVAILABLE)
    if not available.update(state=PartnershipState.LINKED, linked_at=at, linked_by=by):
        raise NotAllowedNow(_("The two companies cannot be linked now."))
    partnership.state, partnership.linked_at, partnership.linked_by = PartnershipState.LINKED, at, by
    _note("partnership.linked", partnership, by=by, at=at)


def link_unasked(*, partner, customer, by, at):
    """Link a customer to a partner that did not ask, known or not. The caller holds the locks on both accounts.

    :returns: the partnership, or ``None`` where the two were linked already
    :raises NotAllowedNow: the two are no partner and customer
    """
    partnership = selectors.living(partner, customer) or _begin(partner, customer, by=by, at=at)
    if partnership.state == PartnershipState.LINKED:
        return None
    link(partnership=partnership, by=by, at=at)
    return partnership


@transaction.atomic
def end_partnership(*, partnership, by, at, staff=False):
    """End a partnership, and with it every access under it and whatever waits for an answer.

    :param by: somebody who decides partner requests of the customer, or an admin of the partner; ``None`` for
        the system
    :param staff: ``by`` has been let in by the admin site instead
    :raises PermissionDenied: ``by`` is none of these
    :raises NotAllowedNow: it has ended already
    """
    partnership = _locked(partnership)
    if by is not None and not staff:
        selectors.require_ender(by, partnership, at=at)
    living = Partnership.objects.living().filter(pk=partnership.pk)
    if not living.update(state=PartnershipState.ENDED, ended_at=at, ended_by=by):
        raise NotAllowedNow(_("This partnership has ended already."))
    partnership.refresh_from_db()
    # The line comes after the signal: above, rows are still to be locked, and the trail's head comes last
    partnership_ended.send(Partnership, partnership=partnership, by=by, at=at)
    _note("partnership.ended", partnership, by=by, at=at)
    return partnership


def _begin(partner, customer, *, by, at):
    if partner.kind != AccountKind.PARTNER or customer.kind != AccountKind.CUSTOMER:
        raise NotAllowedNow(_("A partnership joins a partner and a customer."))
    if Partnership.objects.living().filter(partner=partner, customer=customer).exists():
        raise NotAllowedNow(_("This partnership is known already."))
    partnership = Partnership.objects.create(partner=partner, customer=customer, known_at=at)
    _note("partnership.known", partnership, by=by, at=at)
    return partnership


def _locked(partnership):
    """Lock both accounts, then the partnership, and answer it as it is now."""
    pair = [partnership.partner_id, partnership.customer_id]
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=pair).order_by("pk"))
    rows = Partnership.objects.select_for_update(no_key=True, of=("self",)).select_related("partner", "customer")
    return rows.get(pk=partnership.pk)


@transaction.atomic
def _tell_some(*, at):
    """Tell of the next few. Those another look has in hand are passed over, and found told when it is done."""
    untold = selectors.untold(at=at).select_for_update(no_key=True, skip_locked=True, of=("self",))
    some = list(untold.select_related("partner", "customer").order_by("partner", "pk")[:_AT_ONCE])
    if some:
        _tell(some, at=at)
    return len(some)


def _tell(partnerships, *, at):
    emails.new_customers(partnerships=partnerships, at=at)
    Partnership.objects.filter(pk__in=[one.pk for one in partnerships]).update(told_at=at)


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

"""Reads of who serves whom."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import PARTNER_ADMIN_ROLES, Role
from accounts.states import AccountKind, RequestKind

from .models import Partnership, RegisterUpload
from .states import PartnershipState


def living(partner, customer):
    """The living partnership of the two, or ``None``."""
    return Partnership.objects.living().filter(partner=partner, customer=customer).first()


def latest_by_pair(accounts):
    """The last partnership of each two among these accounts, by the numbers of partner and customer."""
    rows = Partnership.objects.filter(partner__in=accounts, customer__in=accounts).order_by("pk")
    return {(row.partner.number, row.customer.number): row for row in rows.select_related("partner", "customer")}


def administered_by(user, *, at):
    """The partner accounts whose admin ``user`` is: those for whose people they may ask."""
    admins = Membership.objects.active(at).filter(user=user, role__in=PARTNER_ADMIN_ROLES)
    return Account.objects.open(at).filter(kind=AccountKind.PARTNER, pk__in=admins.values("account"))


def linked_for(user, *, at):
    """The partnerships with open customers that are linked to a partner whose admin ``user`` is, by customer."""
    linked = Partnership.objects.filter(state=PartnershipState.LINKED, partner__in=administered_by(user, at=at))
    linked = linked.filter(customer__in=Account.objects.open(at)).select_related("partner", "customer")
    return linked.order_by("customer__name", "customer__number", "pk")


def administers(user, *, at):
    """Whether somebody is an admin of a partner, and whether of one that a customer is linked to. One query."""
    open_now = Account.objects.open(at)
    linked = Partnership.objects.filter(partner=OuterRef("pk"), state=PartnershipState.LINKED, customer__in=open_now)
    found = administered_by(user, at=at).order_by().annotate(helps=Exists(linked)).values_list("helps", flat=True)
    helps = set(found)
    return bool(helps), True in helps


def served_by(partner):
    """The living partnerships of a partner, with customers whose account may have been closed among them."""
    return Partnership.objects.living().filter(partner=partner).order_by()


def customers_of(partner, *, at):
    """The living partnerships of a partner with customers whose account is open, by the customer's name."""
    return (
        Partnership.objects.living()
        .filter(partner=partner, customer__in=Account.objects.open(at))
        .select_related("customer")
        .order_by("customer__name", "customer__number")
    )


def partners_of(customer, *, at):
    """The living partnerships of a customer with partners whose account is open, by the partner's name."""
    return (
        Partnership.objects.living()
        .filter(customer=customer, partner__in=Account.objects.open(at))
        .select_related("partner", "customer", "linked_by")
        .order_by("partner__name", "partner__number")
    )


def serving(number, *, at):
    """The living partnerships of the customer with this account number; none where it is unknown or closed."""
    return Partnership.objects.living().filter(customer__number=number, customer__in=Account.objects.open(at))


def grants_under(partnership, *, at):
    """The access that ends with a partnership, by person."""
    grants = Grant.objects.unended(at).filter(
        account=partnership.customer_id, membership__account=partnership.partner_id
    )
    return grants.select_related("grantee", "account", "parent__grantee").order_by("grantee__first_name", "pk")


def untold(*, at):
    """The new customers of which partners have yet to be told: of partners that have a portal account, for
    somebody there has signed in once (S2-5), and somebody to read it, where both accounts are open.
    """
    here = Membership.objects.filter(user__last_login__isnull=False)
    answering = Q(role=Role.PRIMARY) | Q(stands_in_from__lte=at, stands_in_until__gt=at)
    readers = Membership.objects.active(at).filter(answering)
    partners = Account.objects.open(at).filter(kind=AccountKind.PARTNER)
    partners = partners.filter(pk__in=here.values("account")).filter(pk__in=readers.values("account"))
    # Whoever was linked by a person has been told of that; the vendor's register links without one
    new = Q(state=PartnershipState.AVAILABLE) | Q(state=PartnershipState.LINKED, linked_by=None)
    new &= Q(told_at=None, partner__in=partners, customer__in=Account.objects.open(at))
    return Partnership.objects.filter(new)


def may_end(user, partnership, *, at):
    """Whether this person may end the partnership: a decider of the customer, or an admin of the partner."""
    decides = authorization.deciders(partnership.customer, RequestKind.PARTNER, at=at).filter(pk=user.pk)
    return decides.exists() or administered_by(user, at=at).filter(pk=partnership.partner_id).exists()


def require_ender(user, partnership, *, at):
    """Let through who may end the partnership.

    :raises PermissionDenied: with a sentence fit to show
    """
    if not may_end(user, partnership, at=at):
        raise PermissionDenied(
            _("You may not end the partnership of %(partner)s and %(customer)s.")
            % {"partner": partnership.partner.name, "customer": partnership.customer.name}
        )


def meant_by(words, kind):
    """The accounts of one kind that somebody means by a number, an organization ID or a name; at most five.

    A number or an organization ID means one account, whatever else is called so; so does a name in full.
    """
    accounts = Account.objects.filter(kind=kind, closed_at=None).order_by("name", "number")
    exact = accounts.filter(number=words) or accounts.filter(org_id=words) or accounts.filter(name__iexact=words)
    return list((exact or accounts.filter(name__icontains=words))[:5])


def uploads_of(user, *, since):
    """The registers a member of staff has sent since then and not imported."""
    return RegisterUpload.objects.filter(uploaded_by=user, uploaded_at__gt=since)

"""Reads of the companies somebody works for on My contacts: which, what for, and whom they serve."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account
from partners import selectors as partners

from .grants import blocked_people, grants_of_people, lending_grants, waiting_for_people


@dataclass(frozen=True)
class OwnCompany:
    """A partner whose people somebody asks for, as one of its admins, or adds as colleagues, where they may."""

    account: Account
    is_admin: bool


def own_companies(user, *, at):
    """The partners a person administers or lends through, the former first, each by name. Two queries."""
    administered = list(partners.administered_by(user, at=at).order_by("name", "number"))
    lending = lending_grants(user, at=at).values("membership__account")
    others = Account.objects.open(at).filter(pk__in=lending).exclude(pk__in=[one.pk for one in administered])
    found = [OwnCompany(account, is_admin=True) for account in administered]
    return found + [OwnCompany(account, is_admin=False) for account in others.order_by("name", "number")]


def company_serving(user, companies, number, *, at):
    """The first of somebody's companies through which they can do something at a customer, or ``None``.

    :param companies: what :func:`own_companies` gave
    :param number: the customer's account number
    """
    mine = [own.account.pk for own in companies if own.is_admin]
    serving = set(partners.serving(number, at=at).filter(partner__in=mine).values_list("partner", flat=True))
    lending = lending_grants(user, at=at).filter(account__number=number)
    serving |= set(lending.values_list("membership__account", flat=True))
    return next((own for own in companies if own.account.pk in serving), None)


def customers_through(user, own, *, at):
    """The customers at which a person can do something through one of their companies, by name: all of those it
    serves, or those where the person may add colleagues of it.
    """
    if own.is_admin:
        wanted = partners.served_by(own.account).values("customer")
    else:
        wanted = lending_grants(user, company=own.account, at=at).values("account")
    return Account.objects.open(at).filter(pk__in=wanted).order_by("name", "number")


def customers_called(customers, words):
    """Those of the customers whom the words may mean: part of the name, the beginning of the number, or both in full
    as :func:`spell_customer` writes them.
    """
    name, _comma, number = words.rpartition(", ")
    like = Q(name__icontains=words) | Q(number__startswith=words) | Q(name__iexact=name, number=number)
    return customers.filter(like) if words else customers


def customer_meant(customers, words):
    """The one customer the words can only mean, by its whole number or by being the only one called so, or ``None``."""
    if not words:
        return None
    whole = customers.filter(number=words).first()
    found = [whole] if whole else list(customers_called(customers, words)[:2])
    return found[0] if len(found) == 1 else None


def spell_customer(customer):
    """A customer as the field that searches for them writes it: "Acme, 654321"."""
    return f"{customer.name}, {customer.number}"


def reasons_not_to_ask(account, memberships, *, at):
    """Why some of these people cannot be asked for now, in a sentence each: ``{membership id: words}``.

    Who has access through their company already, or will, has a request waiting, is kept from asking by the customer,
    or has left.

    :param memberships: of one company
    """
    people = [membership.user_id for membership in memberships]
    company = memberships[0].account if memberships else None
    inside = grants_of_people(account, people, at=at, company=company)
    waiting = waiting_for_people(account, people, at=at)
    blocked = blocked_people(account, people)
    reasons = {}
    for membership in memberships:
        words = ""
        if not membership.active_at(at):
            words = _("%(name)s is no member of your company any more.")
        elif membership.user_id in inside:
            words = _("%(name)s has access to this account already.")
        elif membership.user_id in waiting:
            words = _("A request for %(name)s waits for an answer already.")
        elif membership.user_id in blocked:
            words = _("%(company)s does not take requests for %(name)s at present.")
        if words:
            reasons[membership.pk] = words % {"name": membership.user, "company": account.name}
    return reasons

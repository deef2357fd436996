"""Signals from below: one call to a service each."""

from django.dispatch import receiver

from accounts.signals import deciders_changed, membership_changed, membership_ended, person_deactivated, what_goes_with
from frame.staff import kept_from_staff
from partners.signals import partnership_ended
from riders.signals import case_approval_withdrawn, case_solved

from . import selectors, services


@receiver(membership_ended)
def on_membership_ended(sender, *, membership, by, at, **kwargs):
    """A person left a company."""
    services.clear_up_after(membership=membership, by=by, at=at)


@receiver(membership_changed)
def on_membership_changed(sender, *, membership, by, at, **kwargs):
    """A person is something else in a company now."""
    services.clear_up_after_role(membership=membership, by=by, at=at)


@receiver(membership_changed)
def on_member_to_be_looked_at_anew(sender, *, membership, by, at, **kwargs):
    """Something was said of a person who is something else now."""
    services.forget_answer(membership=membership, at=at)


@receiver(person_deactivated)
def on_person_deactivated(sender, *, user, by, at, **kwargs):
    """A person was locked out."""
    services.clear_up_after_person(user=user, by=by, at=at)


@receiver(what_goes_with)
def on_what_goes_with(sender, *, membership, at, **kwargs):
    """A page asks what would go with a membership."""
    return selectors.requests_that_go_with(membership, at=at)


@receiver(deciders_changed)
def on_deciders_changed(sender, *, account, by, at, **kwargs):
    """Somebody else decides now."""
    services.tell_new_deciders(account=account, at=at)


@receiver(partnership_ended)
def on_partnership_ended(sender, *, partnership, by, at, **kwargs):
    """A partner no longer serves a customer."""
    services.clear_up_under(partnership=partnership, by=by, at=at)


@receiver(case_solved)
def on_case_solved(sender, *, case, by, at, event, grants, **kwargs):
    """Nobody works on a case any more."""
    services.clear_up_after_case(case=case, by=by, at=at, event=event, used=grants)


@receiver(case_approval_withdrawn)
def on_case_approval_withdrawn(sender, *, approvals, reason, by, at, **kwargs):
    """Support may not enter any more on what was approved for a case."""
    services.clear_up_under_approvals(approvals=approvals, reason=reason, by=by, at=at)


@receiver(kept_from_staff)
def on_kept_from_staff(sender, **kwargs):
    """A window of the admin site asks what staff do not read."""
    return selectors.kept_from_staff()

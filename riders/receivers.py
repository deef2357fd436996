"""Signals from below: one call to a service each."""

from django.dispatch import receiver

from accounts.signals import deciders_changed

from . import services


@receiver(deciders_changed, dispatch_uid="new_approvers_are_told")
def new_approvers_are_told(sender, *, account, by, at, **kwargs):
    """Somebody else answers now whether support may enter for a case."""
    services.tell_new_approvers(account=account, at=at)

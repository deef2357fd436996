"""What follows here when somebody signs in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from frame import clock

from . import services


@receiver(user_logged_in, dispatch_uid="partners_are_told_on_first_sign_in")
def on_signed_in(sender, request, user, **kwargs):
    """Somebody signed in; a partner nobody could be told anything before is told now."""
    services.tell_on_first_sign_in(user=user, at=clock.now())

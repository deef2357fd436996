"""What the portal does when allauth tells of something."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver


@receiver(authenticator_added, dispatch_uid="enrolling_is_showing")
def enrolling_is_showing(sender, request, user, authenticator, **kwargs):
    """Who has just set up a second factor has shown it: the session is as good as one opened with it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        get_adapter().note_second_factor(request, authenticator)

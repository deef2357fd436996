"""What the portal does when allauth tells of something."""

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.dispatch import receiver


@receiver(authenticator_added, dispatch_uid="enrolling_is_showing")
def enrolling_is_showing(sender, request, user, authenticator, **kwargs):
    """Who has just set up a second factor has shown it: the session is as good as one opened with it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        get_adapter().note_second_factor(request, authenticator)


@receiver(authentication_step_completed, dispatch_uid="a_better_session_gets_a_new_key")
def a_better_session_gets_a_new_key(sender, request, **kwargs):
    """Whoever knew the key of a session must not share in what its person proved since."""
    if not request.user.is_authenticated:
        return  # signing in is not over; its end brings a new key of its own
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)

"""What the portal does when allauth, or a service here, tells of something: one call each."""

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.dispatch import receiver

from . import services
from .signals import deciders_changed


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


@receiver(deciders_changed, dispatch_uid="new_answerers_are_told")
def new_answerers_are_told(sender, *, account, by, at, **kwargs):
    """Somebody else answers what support proposes now."""
    services.tell_new_answerers(account=account, at=at)

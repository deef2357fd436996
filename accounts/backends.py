"""Django's question "may this person do that?" about an account, answered by the door."""

from django.contrib.auth.backends import BaseBackend

from accounts import authorization
from accounts.models import Account
from accounts.permissions import AccountPermission
from frame import clock


class Door(BaseBackend):
    """Answers for accounts only. What the admin site asks, Django's own backend answers."""

    def has_perm(self, user_obj, perm, obj=None):
        """Whether ``user_obj`` holds ``perm`` (``accounts.view_orders`` or ``view_orders``) on the account."""
        if not isinstance(obj, Account):
            return False
        app, _dot, name = perm.rpartition(".")
        if app not in {"", "accounts"} or name not in AccountPermission.values:
            return False
        return authorization.allows(user_obj, AccountPermission(name), obj, at=clock.now())

    def get_all_permissions(self, user_obj, obj=None):
        """Everything ``user_obj`` holds on the account, spelt as Django does."""
        if not isinstance(obj, Account):
            return set()
        held = authorization.held(user_obj, obj, at=clock.now())
        return {f"accounts.{permission.value}" for permission in held}

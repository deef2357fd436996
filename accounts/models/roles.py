"""The bundles of rights that support asks for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..permissions import lendable, ordered


class AccessRoleQuerySet(models.QuerySet):
    def on_offer(self):
        """Bundles that can be asked for."""
        return self.filter(active=True)


class AccessRole(models.Model):
    """A bundle of rights with a name and a description a customer understands; support asks for bundles.

    A request keeps what the bundle meant when it was asked for, so a change here changes no request.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.TextField(_("description"))
    permissions = models.JSONField(_("rights"), default=list)
    active = models.BooleanField(_("on offer"), default=True)

    objects = AccessRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role bundle")
        verbose_name_plural = _("role bundles")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def rights(self):
        """What the bundle gives, in the order of the catalogue; never what cannot be lent."""
        return ordered(lendable(self.permissions))

    def as_asked(self):
        """What the bundle means now, as plain values a request keeps."""
        rights = [right.value for right in self.rights]
        return {"name": self.name, "description": self.description, "permissions": rights}

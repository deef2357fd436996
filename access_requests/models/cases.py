"""Access that was turned on for a case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Grant
from riders.models import CaseApproval


class CaseAccess(models.Model):
    """Which of the customer's approvals an access for a case stands on. What a colleague got stands on the same one."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="case_access", verbose_name=_("access"))
    approval = models.ForeignKey(CaseApproval, models.PROTECT, related_name="accesses", verbose_name=_("approval"))

    class Meta:
        verbose_name = _("access for a case")
        verbose_name_plural = _("access for cases")
        default_permissions = ()

    def __str__(self):
        return str(self.grant)

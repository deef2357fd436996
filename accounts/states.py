"""Kinds and reasons of this app as plain data. Values are never renamed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """What an account's company is on the portal."""

    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("IT partner")
    VENDOR = "vendor", _("Vendor")


class Deciders(models.TextChoices):
    """Who of an account answers requests of one kind."""

    PRIMARY = "primary", _("The primary user alone")
    PRIMARY_AND_ADMINISTRATORS = "primary_and_administrators", _("The primary user and the administrators")


class RequestKind(models.TextChoices):
    """Who asks, and so who decides."""

    PARTNER = "partner", _("IT partner access")
    SUPPORT = "support", _("Support access")
    HOUR = "hour", _("Temporary access")
    CASE = "case", _("Case access")
    CHANGE = "change", _("Change to the account")


# Kinds of what is between whoever asks and the customer alone: staff see that it is, and no more
KEPT = (RequestKind.SUPPORT, RequestKind.HOUR, RequestKind.CASE)


class EndReason(models.TextChoices):
    """Why a grant ended."""

    WINDOW = "window", _("The agreed time was over")
    ENDED = "ended", _("Ended by the customer")
    DENIED = "denied", _("The customer changed the answer to no")
    HANDED_BACK = "handed_back", _("Handed back")
    PERSON = "person", _("The person left the company")
    ROLE = "role", _("The person is no longer an administrator of their company")
    LOCKED_OUT = "locked_out", _("The person was locked out of the portal")
    LENDER = "lender", _("The access it hung under ended")
    LINK = "link", _("The companies are no longer linked")
    COMPANY = "company", _("The account was closed")
    SOLVED = "solved", _("The case was solved")
    WITHDRAWN = "withdrawn", _("The approval on the case was withdrawn")
    FINISHED = "finished", _("The investigation was finished")


class ChangeState(models.TextChoices):
    """How far a change is that support has proposed. The values are never renamed."""

    WAITING = "waiting", _("Waits for an answer")
    AGREED = "agreed", _("Agreed and applied")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Not answered in time")
    OUTDATED = "outdated", _("Overtaken by another change")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Outcome(models.TextChoices):
    """How a recovery ended: what staff began, and what waited before it held."""

    COMPLETED = "completed", _("Took effect")
    STOPPED = "stopped", _("Stopped by somebody it concerned")
    CALLED_OFF = "called_off", _("Called off by staff")
    DROPPED = "dropped", _("Dropped, for things had changed meanwhile")

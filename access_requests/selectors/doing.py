"""Reads of what was done with access: every page that was opened, every change, by whom and when."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.models import Grant
from audit import selectors as trail
from audit.models import TrailLine

from .deeds import ABOUT_SESSIONS, ON_CASES, ON_CHANGES, SESSIONS
from .terms import PAGES, ReceiptLine


@dataclass(frozen=True)
class Deed:
    """One page that was opened, or one change that was made, through an access."""

    line: TrailLine

    @property
    def words(self):
        """What it was, in one sentence."""
        facts = {"name": self.line.actor_name} | self._facts()
        return self._sentence() % facts

    def _sentence(self):
        if self.line.event == "configuration.changed":
            if self.line.details.get("proposed_by"):
                return _("%(name)s agreed to what %(who)s proposed: %(what)s, from %(before)s to %(after)s")
            return _("%(name)s changed: %(what)s, from %(before)s to %(after)s")
        known = ON_CASES.get(self.line.event) or ABOUT_SESSIONS.get(self.line.event) or ON_CHANGES.get(self.line.event)
        return known or _("%(name)s opened the page: %(page)s")

    def _facts(self):
        if self.line.event == "configuration.changed":
            [change] = accounts.as_changes([self.line])
            who = change.proposed_by_name
            return {"what": change.label, "before": change.before, "after": change.after, "who": who}
        if self.line.event in ON_CASES:
            return {"case": self.line.case, "subject": self.line.details["case_subject"]}
        if self.line.event in ON_CHANGES:
            return {"reason": self.line.details.get("reason", "")}
        if self.line.event in ABOUT_SESSIONS:
            return {"case": self.line.case, "who": self.line.details.get("who", "")}
        return {"page": page_in_words(self.line.details["page"])}


def done_with(grant):
    """What was done with an access, newest first, as a queryset of trail lines.

    With access that answers a request goes what an earlier answer to the same request had opened.
    """
    same = Q(pk=grant.pk) if not grant.request_id else Q(request_id=grant.request_id)
    ids = Grant.objects.filter(same).values_list("public_id", flat=True)
    return trail.through(*ids, beside=lent_beside(grant)).order_by("-id")


def receipt(grant, *, last=""):
    """What was opened and changed through an access and how often, as :class:`ReceiptLine`; empty if never used.

    :param last: the event of what is being done with it just now, whose line is still to be written
    """
    lines = trail.through(grant.public_id, beside=lent_beside(grant))
    pages = Counter(_kind_of(line.details.get("page", "")) for line in lines)
    pages.update([_kind_of(last)] if last else [])
    return [ReceiptLine(page, times) for page, times in sorted(pages.items())]


def _kind_of(page):
    """Everything that is done about remote sessions is one line of a receipt."""
    return SESSIONS if page in ABOUT_SESSIONS else page


def lent_beside(grant):
    """The public ids of everything the person of an access was ever lent on the account, this access among it."""
    return Grant.objects.filter(grantee=grant.grantee_id, account=grant.account_id).values("public_id")


def as_deeds(lines):
    """Trail lines as :class:`Deed`, to be put in words."""
    return [Deed(line) for line in lines]


def page_in_words(page):
    """What people call a page of an account that the trail names."""
    return str(PAGES.get(page, page))

"""Mails about cases and what is said on them."""

from django.conf import settings
from django.urls import reverse

from accounts.selectors import language_for, languages_and_zones_of
from notifications import outbox
from notifications.outbox import Letter

from .. import selectors

FOLDER = "riders/email"


def case_changed(*, acting, event, at, comment=None, apart_from=()):
    """Tell those who follow a case, but whoever acts, what was said on it and how far it is now: one mail for both.

    :param acting: who acted, on which case; nobody where the clock did
    :param event: what was written down of it in the trail
    :param comment: what was said, if anything
    :param apart_from: who is told of it otherwise
    """
    case = acting.case
    about = f"case.{case.number}.{comment.pk if comment else f'{case.state}.{at.isoformat()}'}"
    query = f"?page={selectors.page_of_newest(case)}#comment-{comment.pk}" if comment else ""
    context = {"acting": acting, "event": event, "comment": comment}
    tell = _Told(case, "case_changed", about, context, query, at)
    outbox.post(tell.everybody_but({acting.by, *apart_from}), at=at)


def case_recorded(*, case, people, at):
    """Tell those who speak for a customer what support wrote down for them, and that the portal is quicker; those of
    them who may answer are asked whether support may enter for it.

    :param people: they follow the case from now on
    """
    answer = settings.PORTAL_BASE_URL + case.get_access_url()
    asked = set(selectors.approvers(case.account, at=at))
    letters = []
    for person in people:
        context = {"answer": answer if person in asked else ""}
        tell = _Told(case, "case_recorded", f"case.{case.number}", context, "", at)
        letters.append(tell.on_the_customers_side(person))
    outbox.post(letters, at=at)


def tools_noted(*, case, before, now, by, at):
    """Tell those who speak for a customer, and those of its people who follow the case on which it was said, which
    tools support wrote down for its remote sessions.

    :param before: what :func:`selectors.tools_of` gave; ``now`` what it gives
    """
    told = {*selectors.spoken_with(case.account, sender="", at=at), *selectors.customers_on(case, at=at)}
    context = {"before": before, "now": now, "by": by}
    tell = _Told(case, "tools_noted", f"tools.{case.account.number}.{at.isoformat()}", context, "", at)
    people = sorted(told, key=lambda person: person.pk)
    outbox.post([tell.on_the_customers_side(person) for person in people], at=at)


class _Told:
    """One mail about a case, to several people of both sides, each with the way to their own page of it."""

    def __init__(self, case, mail, about, context, query, at):
        self.case, self.at, self.query = case, at, query
        self.shared = {"template": f"{FOLDER}/{mail}", "about": about, "account": case.account.number}
        self.context = {"case": case, "account": case.account, **context}

    def everybody_but(self, apart):
        """The letters to all who follow the case and may read it, those of support first."""
        support = list(selectors.followers_of_support(self.case, at=self.at))
        customers = [one for one in selectors.followers_of_customer(self.case, at=self.at) if one not in support]
        reading = languages_and_zones_of(support, at=self.at)
        letters = [self.at_the_desk(person, *reading[person]) for person in support if person not in apart]
        return letters + [self.on_the_customers_side(person) for person in customers if person not in apart]

    def at_the_desk(self, person, language, zone):
        """A letter to an associate."""
        path = reverse("desk_case", args=[self.case.number])
        return self._letter(person, path, language, zone)

    def on_the_customers_side(self, person):
        """A letter to somebody who reads the case in the customer's account."""
        account = self.case.account
        return self._letter(person, self.case.get_absolute_url(), language_for(person, account), account.time_zone)

    def _letter(self, person, path, language, zone):
        return Letter(
            to=person,
            context=self.context,
            language=language,
            zone=zone,
            path=path + self.query,
            **self.shared,
        )

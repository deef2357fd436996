"""Every mail about what support proposes to change. Reading this file is reading all of them."""

from notifications import outbox
from notifications.outbox import Letter

from .. import authorization, selectors
from ..states import RequestKind

FOLDER = "accounts/email"


def change_proposed(*, change, at):
    """Put the difference before everybody who may answer; nobody else is asked."""
    _post("change_proposed", change, _asked(change, at), at=at)


def change_reminder(*, change, at):
    """Put it before them once more, halfway to its end."""
    _post("change_reminder", change, _asked(change, at), at=at)


def change_closed(*, change, at):
    """Tell whoever proposed it, and everybody who was asked, where it came to: agreed, refused, withdrawn, lapsed or
    overtaken by another change.
    """
    _post("change_closed", change, [change.proposed_by, *_asked(change, at)], at=at)


def _asked(change, at):
    return list(authorization.deciders(change.account, RequestKind.CHANGE, at=at, apart_from=[change.proposed_by]))


def _post(mail, change, people, *, at):
    """One copy each, to whoever is still let in; the company that proposed it reads its own language."""
    company = {change.proposed_by: change.grant.membership.account}
    context = {
        "account": change.account,
        "change": change,
        "differences": selectors.differences_of(change),
        "company": change.grant.membership.account,
    }
    letters = [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=change.public_id,
            context=context,
            language=selectors.language_for(person, company.get(person, change.account)),
            zone=change.account.time_zone,
            path=change.get_absolute_url(),
            account=change.account.number,
        )
        for person in sorted({one for one in people if one.is_active}, key=lambda person: person.pk)
    ]
    outbox.post(letters, at=at)

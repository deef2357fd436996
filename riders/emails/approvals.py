"""Mails about support entering an account for a case: asked, answered, over."""

from django.urls import reverse

from accounts.selectors import language_and_zone_of
from notifications import outbox
from notifications.outbox import Letter

from .. import selectors

FOLDER = "riders/email"


def access_asked(*, case, at, apart_from=()):
    """Ask those who may answer whether support may enter: because an associate asks, or the case itself does.

    :param apart_from: who knows of it otherwise
    """
    people = set(selectors.approvers(case.account, at=at)) - set(apart_from)
    about = f"case.{case.number}.{at.isoformat()}"
    outbox.post(_letters("case_access_asked", case, people, path=case.get_access_url(), about=about, at=at), at=at)


def access_answered(*, case, by, at, approval=None):
    """Tell whoever of support works on the case that they may enter now, or that they may not. A no to more leaves what
    was approved before as it was, and says so.

    :param approval: the :class:`~riders.models.CaseApproval`, where it was a yes
    """
    people = selectors.support_on(case, at=at) - {by}
    path = reverse("desk_case", args=[case.number])
    about = f"approval.{approval.pk}" if approval else f"declined.{case.number}.{at.isoformat()}"
    goes_on = approval is None and selectors.standing_approvals(case, at=at).exists()
    facts = {"about": about, "at": at, "by": by, "approval": approval, "goes_on": goes_on}
    outbox.post(_letters("case_access_answered", case, people, path=path, **facts), at=at)


def access_over(*, case, approvals, reason, by, at, apart_from=()):
    """Tell whoever of support works on the case that they may not enter any more, and whoever had approved it, while
    they speak for the account.

    :param reason: an :class:`~riders.states.ApprovalEnd`
    :param apart_from: the ids of those who read it in the receipt of access that ended with it
    """
    support = {one for one in selectors.support_on(case, at=at) - {by} if one.pk not in apart_from}
    approved = {approval.approved_by_id for approval in approvals} - {by.pk, *apart_from}
    contacts = set(selectors.approvers(case.account, at=at).filter(pk__in=approved))
    about = f"approval.{approvals[0].pk}"
    facts = {"about": about, "at": at, "by": by, "reason": reason}
    desk, page = reverse("desk_case", args=[case.number]), case.get_access_url()
    letters = _letters("case_access_ended", case, support, path=desk, at_desk=True, **facts)
    letters += _letters("case_access_ended", case, contacts, path=page, at_desk=False, **facts)
    outbox.post(letters, at=at)


def _letters(mail, case, people, *, path, about, at, **context):
    return [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=about,
            context={"case": case, "account": case.account, "at": at, **context},
            language=language_and_zone_of(person, at=at)[0],
            zone=case.account.time_zone,
            path=path,
            account=case.account.number,
        )
        for person in sorted(people, key=lambda person: person.pk)
    ]

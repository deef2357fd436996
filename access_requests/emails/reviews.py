"""Every mail about looking through who is in."""

from django.urls import reverse

from accounts.selectors import answers_for_account
from notifications import outbox

from ..selectors import WhoIsIn
from .letters import letters_to

MOST = 20  # of each sort; the page has them all


def review_due(*, review, account, at):
    """Ask whoever answers for the account to look through who is in (S3-15); again with each reminder."""
    who = WhoIsIn(account, None, at=at)
    outside, members = who[: min(MOST, who.outside)], who[who.outside : who.outside + MOST]
    context = {
        "account": account,
        "due_at": review.due_at,
        "outside": outside,
        "more_outside": who.outside - len(outside),
        "members": members,
        "more_members": who.inside - len(members),
    }
    letters = letters_to(
        "review_due",
        answers_for_account(account, at=at),
        account=account,
        partner={},
        about=f"review.{review.pk}.{review.times_reminded}",
        path=reverse("account_review", args=[account.number]),
        context=context,
    )
    outbox.post(letters, at=at)


def review_finished(*, review, account, counts, by, at):
    """Tell whoever answers for the account, but for whoever did it, that somebody looked through who is in.

    :param counts: how many were kept, shortened and ended: ``{"keep": 3, "shorten": 1, "end": 0}``
    """
    letters = letters_to(
        "review_finished",
        set(answers_for_account(account, at=at)) - {by},
        account=account,
        partner={},
        about=f"review.{review.pk}",
        path=reverse("account_reviewed", args=[account.number, review.pk]),
        context={"account": account, "counts": counts, "by": by, "finished_at": at},
    )
    outbox.post(letters, at=at)

"""Looking through who is in: keeping, shortening and ending line by line, and asking an account to do so (S3-15).

A review begins with the first answer, or when it is due. It is finished once something was said of everybody who is in
at that moment; who came in meanwhile counts too.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import authorization
from accounts import services as accounts
from accounts.models import Grant, Membership
from accounts.permissions import AccountPermission
from accounts.states import AccountKind
from audit.record import Entry, record, record_all
from frame.refusals import NotAllowedNow

from .. import emails, selectors
from ..models import Review, ReviewLine
from ..states import ReviewAnswer
from .ending import end_access, shrink_access
from .moving import lock_account, lock_grant, lock_grants


@transaction.atomic
def keep_in_review(*, account, grants, memberships, by, at, after=None, seen=None):
    """Say of these that they stay as they are. Whoever is out, was spoken of or became something else meanwhile is left
    as they are. What access allows never grows, so that what was read of it is the most it can be.

    :param grants: access to the account
    :param memberships: of the account
    :param after: the id of the review that was finished last when ``by`` read the page, 0 for none; ``None`` where
        that does not matter
    :param seen: what ``by`` read of each member, ``{id of the membership: digest}`` as
        :func:`~.selectors.digest_of` gives it; ``None`` where that does not matter
    :returns: how many were kept, and how many were left
    :raises PermissionDenied: ``by`` does not see who has access to the account, or may not end access
    :raises NotAllowedNow: nothing is left of these to be said, or somebody finished the review meanwhile
    """
    account = _enter(account, by, at=at)
    last = selectors.last_review(account)
    if last is not None and after is not None and last.pk != after:
        raise NotAllowedNow(_("%(name)s has finished this meanwhile.") % {"name": last.finished_by})
    wanted = Grant.objects.filter(account=account, pk__in=[grant.pk for grant in grants])
    still = [grant for grant in lock_grants(wanted) if grant.unended_at(at)]
    members = Membership.objects.living().filter(account=account, pk__in=[one.pk for one in memberships])
    members = list(members.select_related("user").prefetch_related("rights").order_by("pk"))
    members = [one for one in members if seen is None or seen.get(one.pk) == selectors.digest_of(one)]
    review = _begun(account, by=by, at=at)
    said = review.lines.filter(grant__in=still).values_list("grant", flat=True)
    spoken_of = review.lines.filter(membership__in=members).values_list("membership", flat=True)
    still = [grant for grant in still if grant.pk not in set(said)]
    members = [member for member in members if member.pk not in set(spoken_of)]
    if not still and not members:
        raise NotAllowedNow(_("Nothing was kept: all of it was answered or changed meanwhile, or has ended."))
    answer = {"review": review, "answer": ReviewAnswer.KEEP, "answered_by": by, "answered_at": at}
    ReviewLine.objects.bulk_create(
        [
            *(ReviewLine(grant=grant, **answer) for grant in still),
            *(ReviewLine(membership=member, **answer) for member in members),
        ]
    )
    about = [(one.public_id, one.grantee) for one in still] + [(one.user.email, one.user) for one in members]
    entries = [
        Entry("review.answered", account.number, subject, {"answer": ReviewAnswer.KEEP.value, "person": person.email})
        for subject, person in about
    ]
    record_all(entries, by=by, at=at)
    _finish_if_done(review, account, by=by, at=at)
    kept_now = len(still) + len(members)
    return kept_now, len(grants) + len(memberships) - kept_now


@transaction.atomic
def shorten_in_review(*, grant, ends_at, by, at):
    """Make access end earlier, and say so in the review. Its rights stay.

    :raises PermissionDenied: ``by`` does not see who has access to the account, or may not end access
    :raises NotAllowedNow: it has ended, or the new end is not earlier
    """
    account = _enter(grant.account, by, at=at)
    grant = lock_grant(grant)
    rights = authorization.granted(grant)
    shrink_access(grant=grant, by=by, ends_at=ends_at, permissions=rights, may_delegate=grant.may_delegate, at=at)
    review = _begun(account, by=by, at=at)
    _say(review, ReviewAnswer.SHORTEN, grant=grant, by=by, at=at)
    _note_answer(account, ReviewAnswer.SHORTEN, grant.public_id, grant.grantee, until=ends_at.isoformat(), by=by, at=at)
    _finish_if_done(review, account, by=by, at=at)


@transaction.atomic
def end_in_review(*, by, at, grant=None, membership=None):
    """End one access, or one membership, and say so in the review of the account it is in.

    :param grant: access to the account; or
    :param membership: of the account
    :raises PermissionDenied: ``by`` does not see who has access, or may not end this
    :raises NotAllowedNow: it has ended already, or is the reader's own membership, or the primary user's
    """
    account = _enter((membership if grant is None else grant).account, by, at=at)
    if membership is None:
        end_access(grant=grant, by=by, at=at)
        subject, person = grant.public_id, grant.grantee
    else:
        if membership.user == by:
            raise NotAllowedNow(_("Nobody ends their own membership here. To leave, open your own page in Contacts."))
        accounts.end_membership(membership=membership, by=by, at=at)
        subject, person = membership.user.email, membership.user
    review = _begun(account, by=by, at=at)
    _say(review, ReviewAnswer.END, grant=grant, membership=membership, by=by, at=at)
    _note_answer(account, ReviewAnswer.END, subject, person, by=by, at=at)
    _finish_if_done(review, account, by=by, at=at)


@transaction.atomic
def finish_review(*, account, by, at):
    """Say that an account was looked through, once something was said of everybody who is in.

    :returns: the review
    :raises PermissionDenied: ``by`` does not see who has access to the account, or may not end access
    :raises NotAllowedNow: nothing is under way, or somebody is in of whom nothing was said
    """
    account = _enter(account, by, at=at)
    review = selectors.open_review(account)
    if review is None:
        raise NotAllowedNow(_("There is nothing to finish: this was done already."))
    left = selectors.left_in(account, review, at=at)
    if left:
        words = ngettext(
            "One is in of whom nothing was said yet.", "%(count)d are in of whom nothing was said yet.", left
        )
        raise NotAllowedNow(words % {"count": left})
    _finish(review, account, by=by, at=at)
    return review


def ask_for_reviews(*, at):
    """Begin what is due, and ask whoever answers for the account; again every so often until it is done."""
    for account in selectors.accounts_to_ask(at=at).order_by("pk").iterator(chunk_size=200):
        _ask(account, at=at)


@transaction.atomic
def forget_answer(*, membership, at):
    """Let a member who is something else from now on be answered for anew in the review under way: what was said
    of them was said of what they were. The trail keeps it, and so does a finished review.

    The caller holds the account's lock.
    """
    said = ReviewLine.objects.filter(membership=membership, review__finished_at=None, answered_at__lte=at)
    said.exclude(answer=ReviewAnswer.END).delete()


@transaction.atomic
def _ask(account, *, at):
    account = lock_account(account)
    if not selectors.accounts_to_ask(at=at).filter(pk=account.pk).exists():
        return  # somebody was faster
    review = _begun(account, by=None, at=at)
    if not review.times_reminded:
        _forget_what_is_old(review, at=at)
    Review.objects.filter(pk=review.pk).update(reminded_at=at, times_reminded=F("times_reminded") + 1)
    review.refresh_from_db()
    record("review.asked", account=account, subject=account.number, at=at, times=review.times_reminded)
    emails.review_due(review=review, account=account, at=at)


def _enter(account, by, *, at):
    """Lock the account, and let through who sees who is in and may end it.

    :raises PermissionDenied: with a sentence fit to show
    :raises NotAllowedNow: it is no customer's
    """
    account = lock_account(account)
    for right in (AccountPermission.VIEW_ACCESS, AccountPermission.END_ACCESS):
        authorization.require(by, right, account, at=at)
    if account.kind != AccountKind.CUSTOMER:
        raise NotAllowedNow(_("Only customers look through who is in."))
    return account


def _begun(account, *, by, at):
    """The review that is under way, or a new one; the caller holds the account's lock."""
    review = selectors.open_review(account)
    if review is None:
        due_at = selectors.review_due_at(account, selectors.last_review(account))
        review = Review.objects.create(account=account, due_at=due_at)
        record("review.begun", account=account, by=by, subject=account.number, at=at)
    return review


def _forget_what_is_old(review, *, at):
    """Let an account that is asked answer anew for whoever was spoken of long before, half an interval ago or more, and
    is in still: one answer soon after a review must not stand for the next one too. The trail keeps what was said.
    """
    old = review.lines.filter(answered_at__lte=at - settings.PORTAL_REVIEW_EVERY / 2)
    old.exclude(answer=ReviewAnswer.END).delete()


def _say(review, answer, *, by, at, grant=None, membership=None):
    """Write down one answer. One given before gives way to it, for what was done is stricter."""
    about = {"grant": grant, "membership": membership}
    how = {"answer": answer, "answered_by": by, "answered_at": at}
    if not review.lines.filter(**about).update(**how):
        ReviewLine.objects.create(review=review, **about, **how)


def _note_answer(account, answer, subject, person, *, by, at, **details):
    facts = {"answer": answer.value, "person": person.email} | details
    record("review.answered", account=account, by=by, subject=subject, at=at, **facts)


def _finish_if_done(review, account, *, by, at):
    if not selectors.left_in(account, review, at=at):
        _finish(review, account, by=by, at=at)


def _finish(review, account, *, by, at):
    Review.objects.filter(pk=review.pk).update(finished_at=at, finished_by=by)
    review.refresh_from_db()
    answers = list(review.lines.values_list("answer", flat=True))
    counts = {one.value: answers.count(one) for one in ReviewAnswer}
    record("review.finished", account=account, by=by, subject=account.number, at=at, **counts)
    emails.review_finished(review=review, account=account, counts=counts, by=by, at=at)

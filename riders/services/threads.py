"""The thread of a case: what is said, and who is told."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import AccountPermission
from frame.refusals import NotAllowedNow
from frame.wording import several_lines

from ..emails import cases as emails
from ..models import CaseComment, CaseFollower, SupportCase
from ..states import CaseState
from .acting import as_either, note
from .turning import turn

TEXT_MAX = 10_000


@transaction.atomic
def post_comment(*, case, text, by, at, support=False):
    """Say something on a case. It is neither an acknowledgement of terms nor an answer to a request (S1-8).

    Where the case waited for the customer and the customer speaks, it waits for support from now on.

    :param text: Markdown
    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: the case is closed for good
    :raises ValidationError: nothing is said, or too much
    """
    acting = as_either(case=case, by=by, support=support, at=at)
    if acting.case.state_at(at) == CaseState.CLOSED:
        raise NotAllowedNow(_("This case is closed for good. Open a new one."))
    comment = say(acting, text=clean_text(text, required=True), at=at)
    turned = acting.case.state == CaseState.WAITING_CUSTOMER and not acting.support
    if turned:
        turn(acting, CaseState.WAITING_SUPPORT, at=at)
    details = {"state": CaseState.WAITING_SUPPORT.value} if turned else {}
    note("case.commented", acting, at=at, comment=comment.pk, **details)
    emails.case_changed(acting=acting, event="case.commented", comment=comment, at=at)
    return comment


@transaction.atomic
def follow_case(*, case, by, at, support=False):
    """Be told from now on what happens on a case.

    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not read it
    :raises NotAllowedNow: they follow it already
    """
    acting = as_either(case=case, by=by, support=support, right=AccountPermission.VIEW_CASES, at=at)
    if not follow(acting.case, by, at=at):
        raise NotAllowedNow(_("You follow this case already."))
    note("case.followed", acting, at=at)


@transaction.atomic
def unfollow_case(*, case, by, at, support=False):
    """Be told no more of what happens on a case.

    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not read it
    :raises NotAllowedNow: they do not follow it
    """
    acting = as_either(case=case, by=by, support=support, right=AccountPermission.VIEW_CASES, at=at)
    if not CaseFollower.objects.filter(case=acting.case, person=by).delete()[0]:
        raise NotAllowedNow(_("You do not follow this case."))
    note("case.unfollowed", acting, at=at)


def say(acting, *, text, at):
    """Put a comment on the locked case, by whoever acts; they follow it from now on.

    For services that say something as part of what they do; the line in the trail is theirs, and so are the mails.

    :param text: Markdown, by our own templates or cleaned by :func:`clean_text`
    """
    comment = CaseComment.objects.create(
        case=acting.case, author=acting.by, company=acting.company, from_support=acting.support, text=text, at=at
    )
    follow(acting.case, acting.by, at=at)
    SupportCase.objects.filter(pk=acting.case.pk).update(changed_at=at)
    return comment


def follow(case, person, *, at):
    """Tell this person from now on what happens on a case; answers whether that is new."""
    _follower, new = CaseFollower.objects.get_or_create(case=case, person=person, defaults={"since": at})
    return new


def clean_text(text, *, required):
    """What somebody typed, as it is kept: of what can be seen, and no longer than a comment may be.

    :raises ValidationError: it is too long, or nothing is said where something has to be
    """
    words = several_lines(text)
    if not any(char.isalnum() for char in words):
        if required:
            raise ValidationError(_("Say something."), code="text")
        words = ""
    if len(words) > TEXT_MAX:
        raise ValidationError(_("This is too long. Say it in several comments."), code="text")
    return words

"""The thread of a case: what is said, and who is told."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from ..models import CaseComment, CaseFollower, SupportCase
from ..states import CaseState
from .acting import as_customer, as_support, note


@transaction.atomic
def post_comment(*, case, text, by, at, support=False):
    """Say something on a case. It is neither an acknowledgement of terms nor an answer to a request (S1-8).

    :param text: Markdown
    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: the case is closed for good
    :raises ValidationError: nothing is said
    """
    who = as_support if support else as_customer
    acting = who(account=case.account, case=case, by=by, at=at)
    if acting.case.state_at(at) == CaseState.CLOSED:
        raise NotAllowedNow(_("This case is closed for good. Open a new one."))
    text = "\n".join(text.split("\r\n")).strip()
    if not any(char.isalnum() for char in text):
        raise ValidationError(_("Say something."), code="text")
    comment = say(acting, text=text, at=at)
    note("case.commented", acting, at=at, comment=comment.pk)
    return comment


def say(acting, *, text, at):
    """Put a comment on the locked case, by whoever acts; they follow it from now on.

    For services that say something as part of what they do; the line in the trail is theirs.

    :param text: Markdown, by our own templates or cleaned by :func:`post_comment`
    """
    comment = CaseComment.objects.create(
        case=acting.case, author=acting.by, company=acting.company, from_support=acting.support, text=text, at=at
    )
    follow(acting.case, acting.by, at=at)
    SupportCase.objects.filter(pk=acting.case.pk).update(changed_at=at)
    return comment


def follow(case, person, *, at):
    """Tell this person from now on what happens on a case."""
    CaseFollower.objects.get_or_create(case=case, person=person, defaults={"since": at})

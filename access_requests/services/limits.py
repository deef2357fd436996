"""How much one person may ask of a customer, and how soon again after a no. Each refusal says when to come back."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.states import AccountKind, RequestKind
from audit import selectors as trail
from frame.refusals import TooMuch
from frame.wording import spell_moment
from partners.models import Partnership
from partners.states import PartnershipState

from ..models import AccessRequest, Block
from ..states import Status

DAY = timedelta(days=1)


def require_within_limits(partnership, *, by, person, case_number, at):
    """Let through who has not asked too much; the caller holds the locks on both accounts.

    :raises TooMuch: with a sentence fit to show, and the moment from which it is possible again
    """
    require_not_just_denied(partnership.customer, person, case_number, at=at)
    require_room(partnership, by=by, at=at)


def require_room(partnership, *, by, at, count=1):
    """Let through who may ask so often more now; the caller holds the locks on both accounts.

    :raises TooMuch: with a sentence fit to show, and the moment from which there is room for so many
    :raises ValidationError: there is never room for so many at once
    """
    linked = partnership.state == PartnershipState.LINKED
    most = settings.PORTAL_PENDING_LINKED if linked else settings.PORTAL_PENDING_AVAILABLE
    _not_too_many_waiting(partnership.customer, by, most, count, at=at)
    if not linked:
        others = Partnership.objects.filter(
            partner=OuterRef("company"), customer=OuterRef("account"), state=PartnershipState.LINKED
        )
        strangers = AccessRequest.objects.filter(asker=by).exclude(Exists(others))
        words = _("You have asked companies that are not linked to yours %(count)d times within a day.")
        _not_too_many_in_a_day(strangers, words, count, most=settings.PORTAL_ASKS_PER_DAY, at=at)
    else:
        _not_too_many_of_one(partnership.customer, by, count, at=at)


def require_hour_within_limits(account, *, by, company, at):
    """Let through an agent who has not asked too much for an hour; the caller holds the lock on both accounts.

    :param company: whom the agent asks for; partners ask customers that are linked to them, the vendor any
    :raises TooMuch: with a sentence fit to show, and the moment from which it is possible again
    """
    asked = AccessRequest.objects.filter(asker=by, kind=RequestKind.HOUR)
    require_not_just_denied(account, by, "", kinds=[RequestKind.HOUR], at=at)
    missed_at = codes_missed(account, by, at=at)
    if len(missed_at) >= settings.PORTAL_HOUR_MISSES:
        moment = missed_at[-settings.PORTAL_HOUR_MISSES] + settings.PORTAL_ASK_AGAIN_AFTER
        refuse_until(_("%(company)s has just typed wrong codes for you too often.") % {"company": account.name}, moment)
    if company.kind == AccountKind.VENDOR:
        words = _("You have asked customers %(count)d times within a day.")
        _not_too_many_in_a_day(asked, words, 1, most=settings.PORTAL_ASKS_PER_DAY, at=at)
    else:
        _not_too_many_of_one(account, by, 1, at=at)


def codes_missed(account, by, *, at):
    """When wrong codes were typed lately for what an agent asked here and did not get, oldest first. They count on in
    the agent's next request: nobody gets more tries by asking again.
    """
    since = at - settings.PORTAL_ASK_AGAIN_AFTER
    missed = AccessRequest.objects.filter(kind=RequestKind.HOUR, account=account, asker=by, misses__gt=0)
    missed = missed.filter(submitted_at__gt=since - settings.PORTAL_RESPOND_WITHIN_HOUR)
    ids = missed.exclude(status=Status.APPROVED).values_list("public_id", flat=True)
    return trail.moments_of("code.missed", *ids, since=since)


def require_few_addresses(by, *, event="hour.refused", at):
    """Let through an agent who has not named too many people lately who decide nothing; the caller holds the lock on
    the agent's company, so that of several tries at once each is counted.

    :param event: what each of those tries left in the trail
    :raises TooMuch: with a sentence fit to show, and the moment from which it is possible again
    """
    within, most = settings.PORTAL_HOUR_ADDRESSES_WITHIN, settings.PORTAL_HOUR_ADDRESSES
    tried_at = trail.tries_of(by, event, since=at - within)
    if len(tried_at) >= most:
        refuse_until(_("You have given several addresses of nobody who can grant this."), tried_at[-most] + within)


def require_support_within_limits(account, *, by, case_number, at):
    """Let through an associate who has not asked too much; the caller holds the lock on the account.

    :raises TooMuch: with a sentence fit to show, and the moment from which it is possible again
    """
    require_not_just_denied(account, by, case_number, at=at)
    _not_too_many_waiting(account, by, settings.PORTAL_PENDING_AVAILABLE, 1, at=at)
    own = AccessRequest.objects.filter(asker=by, kind=RequestKind.SUPPORT)
    words = _("You have asked customers %(count)d times within a day.")
    _not_too_many_in_a_day(own, words, 1, most=settings.PORTAL_ASKS_PER_DAY, at=at)


def refuse_until(words, moment):
    """Refuse with a sentence about why and one about when to come back.

    :raises TooMuch: always
    """
    when = spell_moment(moment, timezone.get_current_timezone())
    raise TooMuch(_("%(why)s Come back on %(when)s.") % {"why": words, "when": when}, until=moment)


def require_not_just_denied(account, person, case_number, *, at, kinds=(RequestKind.PARTNER, RequestKind.SUPPORT)):
    """What was denied cannot be asked again at once, by whomever; who lifts a block has waived that.

    :param kinds: the kinds of request that are the same: an hour is none of the lasting ones
    :raises TooMuch: with a sentence fit to show, and the moment from which it is possible again
    """
    since = at - settings.PORTAL_ASK_AGAIN_AFTER
    same = AccessRequest.objects.filter(account=account, beneficiary=person, case_number=case_number, kind__in=kinds)
    waived = Block.objects.exclude(lifted_at=None).filter(account=account)
    denied = same.filter(status=Status.DENIED, decided_at__gt=since).exclude(pk__in=waived.values("request"))
    last = denied.order_by("decided_at").last()
    if last is not None:
        words = _("%(company)s has just denied access for %(name)s.") % {"company": account.name, "name": person}
        refuse_until(words, last.decided_at + settings.PORTAL_ASK_AGAIN_AFTER)


def _not_too_many_waiting(account, by, most, count, *, at):
    _never_more_than(most, count)
    waiting = AccessRequest.objects.waiting(at).filter(asker=by, account=account).order_by("respond_by")
    lapse_at = list(waiting.values_list("respond_by", flat=True))
    if len(lapse_at) + count > most:
        until = lapse_at[len(lapse_at) + count - most - 1]
        numbers = {"count": len(lapse_at), "company": account.name, "most": most}
        if len(lapse_at) < most:
            words = ngettext(
                "%(count)d request of yours waits at %(company)s, and no more than %(most)d can. Choose fewer people.",
                "%(count)d requests of yours wait at %(company)s, and no more than %(most)d can. Choose fewer people.",
                len(lapse_at),
            )
            refuse_until(words % numbers, until)
        words = ngettext(
            "%(count)d request of yours waits at %(company)s. No more can wait until one of them is answered.",
            "%(count)d requests of yours wait at %(company)s. No more can wait until one of them is answered.",
            len(lapse_at),
        )
        refuse_until(words % numbers, until)


def _not_too_many_of_one(account, by, count, *, at):
    """Whoever asks and withdraws again and again stops somewhere, also where the companies are linked."""
    asked = AccessRequest.objects.filter(asker=by, account=account)
    words, most = _("You have asked %(company)s %(count)d times within a day."), settings.PORTAL_ASKS_PER_DAY_LINKED
    _not_too_many_in_a_day(asked, words, count, most=most, at=at, company=account.name)


def _not_too_many_in_a_day(asked, words, count, *, most, at, **facts):
    lately = asked.filter(submitted_at__gt=at - DAY).order_by("submitted_at")
    asked_at = list(lately.values_list("submitted_at", flat=True))
    _never_more_than(most, count)
    if len(asked_at) + count > most:
        refuse_until(words % {"count": len(asked_at), **facts}, asked_at[len(asked_at) + count - most - 1] + DAY)


def _never_more_than(most, count):
    if count > most:
        words = _("No more than %(most)d people can be asked for at once here. Choose fewer people.")
        raise ValidationError(words % {"most": most}, code="person")

"""Setting something up on the admin site: the form, then every mail that would follow as it looks, then the deed."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.shortcuts import render
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from .letters import allow_styles
from .outbox import try_out

CONFIRMED, SEEN = "confirmed", "seen"


def set_up(request, *, form, act, context):
    """Answer one step of setting something up. Only the last one changes anything, and only what was shown.

    The mails are made by doing it and undoing it, so that they are the very ones; where others would leave by the
    time of the button than those that were shown, they are shown again and nothing is done.

    :param form: bound where something was sent
    :param act: does it with the form's cleaned data: a function without arguments that calls one service
    :param context: for the pages: ``title``, ``words`` about what it is, ``button``
    :returns: ``(response, None)`` while it goes on, ``(None, what act gave)`` when it is done
    """
    if not form.is_bound or not form.is_valid():
        return _form(request, form, context), None
    shown = request.POST.get(SEEN, "") if CONFIRMED in request.POST else None
    if shown is not None:
        request.require_fresh_second_factor()
    try:
        result, mails, kept = try_out(act, keep=lambda mails: shown == fingerprint(mails))
    except IntegrityError:
        form.add_error(None, _("Somebody else set the same up just now. Look at the list."))
        return _form(request, form, context), None
    except (ValidationError, NotAllowedNow) as refusal:
        _tell(form, refusal)
        return _form(request, form, context), None
    return (None, result) if kept else (_preview(request, form, mails, shown is not None, context), None)


def fingerprint(mails):
    """What stands for these mails, as far as two who look at them would call them the same: to whom, and about what."""
    said = "\n".join(f"{mail.to}\t{mail.event}\t{mail.subject}" for mail in mails)
    return hashlib.sha256(said.encode()).hexdigest()


def _form(request, form, context):
    return render(request, "admin/set_up.html", {**context, "form": form})


def _preview(request, form, mails, others, context):
    sent = [(name, value) for name in form.fields for value in request.POST.getlist(form.add_prefix(name))]
    page = {**context, "sent": sent, "mails": mails, "seen": fingerprint(mails), "others": others}
    return allow_styles(request, render(request, "admin/preview.html", page), [mail.html for mail in mails])


def _tell(form, refusal):
    if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
        for field, errors in refusal.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))

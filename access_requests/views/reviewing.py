"""Looking through who is in, line by line, and what was said of them before (S3-15)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts import services as people
from accounts.models import Account
from accounts.permissions import AccountPermission, Role
from accounts.states import AccountKind
from audit import edge
from frame import clock
from frame.paging import page_of
from frame.rates import within
from frame.refusals import NotAllowedNow
from frame.tables import Column, Table

from .. import selectors, services
from ..forms import ShortenForm
from ..states import ReviewAnswer

SAID = (
    Column("who", gettext_lazy("Who"), lambda row: row.person),
    Column("address", gettext_lazy("Mail address"), lambda row: row.person.email),
    Column("place", gettext_lazy("Company"), lambda row: row.place),
    Column("answer", gettext_lazy("Answer"), lambda row: row.get_answer_display(), ("answer",)),
    Column("by", gettext_lazy("By"), lambda row: row.answered_by, ("answered_by__first_name",)),
    Column("when", gettext_lazy("When"), lambda row: row.answered_at, ("answered_at",)),
)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request, number):
    """Everybody who is in, each to be kept, shortened or ended; keeping and finishing happen here."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    if request.method != "POST":
        return _list(request, visit, at=at)
    try:
        if request.POST.get("do") == "finish":
            finished = services.finish_review(account=visit.account, by=request.user, at=at)
            return _done(request, finished)
        return _keep(request, visit, at=at)
    except NotAllowedNow as refusal:
        return _list(request, visit, refusal=str(refusal), at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def review_access(request, number, grant_id):
    """One access from outside: what it allows and what was done with it, to be shortened or ended."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    return _line(request, visit, _find(visit, at=at, grant_id=grant_id), at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def review_member(request, number, membership):
    """One member, whose membership can be ended."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    return _line(request, visit, _find(visit, at=at, membership=membership), at=at)


@require_safe
def reviews(request, number):
    """When the account was looked through before, by whom, and how many were kept, shortened and ended."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    page = page_of(request, selectors.with_counts(selectors.finished_reviews(visit.account)))
    due_at = selectors.review_due_at(visit.account, selectors.last_review(visit.account))
    context = {"account": visit.account, "visit": visit, "page": page, "due_at": due_at, "at": at}
    return render(request, "access_requests/reviews.html", context)


@require_safe
def reviewed(request, number, review):
    """What was said of everybody when the account was looked through, as a page or as a file."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    known = selectors.finished_reviews(visit.account)
    found = get_object_or_404(known if review < 2**63 else known.none(), pk=review)
    table = Table(request, lambda at: selectors.lines_of(found, request.user, at=at), SAID, at)
    if table.wants_file:
        allowed = within(request, "export")
        return table.file(f"review-{number}-{found.pk}") if allowed else render(request, "429.html", status=429)
    context = {"account": visit.account, "visit": visit, "review": found, "table": table, "page": table.page()}
    return render(request, "access_requests/reviewed.html", context | {"at": at})


def _enter(request, number, *, at):
    """The visit to a customer's account, of somebody who sees who has access to it.

    :raises Http404: unknown, none of this person's business, or not a customer's
    """
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))  # a refusal stands in that account's trail
    right = AccountPermission.VIEW_ACCESS
    try:
        visit = people.enter(user=request.user, number=number, permission=right, page="access", at=at)
    except Account.DoesNotExist:
        raise Http404 from None
    if visit.account.kind != AccountKind.CUSTOMER:
        raise Http404
    request.visit = visit
    return visit


def _list(request, visit, *, at, refusal=""):
    account = visit.account
    under_way, last = selectors.reviews_now(account)
    who = selectors.WhoIsIn(account, under_way, at=at)
    page = page_of(request, who)
    left = selectors.left_in(account, under_way, at=at)
    due_at = selectors.review_due_at(account, last)
    context = {
        **_may(request.user, visit, [line.membership for line in page.object_list if line.membership], at=at),
        "account": account,
        "visit": visit,
        "review": under_way,
        "page": page,
        "outside": who.outside,
        "left": left,
        "left_here": [line for line in page.object_list if line.still_in and line.said is None],
        "last": last,
        "due": due_at <= at,
        "due_at": due_at,
        "refusal": refusal,
        "at": at,
    }
    return render(request, "access_requests/review.html", context, status=409 if refusal else 200)


def _line(request, visit, line, *, at):
    """What one line is about, with what would follow from each answer; shortened or ended on its button."""
    account, grant = visit.account, line.grant
    sent = request.POST if request.method == "POST" else None
    shortens = sent is not None and sent.get("answer") == ReviewAnswer.SHORTEN
    form = ShortenForm(sent if shortens else None, grant=grant, at=at) if grant and line.still_in else None
    refusal, status = "", 200 if sent is None else 400
    try:
        if shortens and form is not None and form.is_valid():
            services.shorten_in_review(grant=grant, ends_at=form.cleaned_data["ends_at"], by=request.user, at=at)
            return _answered(request, account, _("Shortened: %(name)s. Everybody concerned has been told."), line)
        if sent is not None and sent.get("answer") == ReviewAnswer.END:
            about = {"grant": grant, "membership": line.membership}
            services.end_in_review(by=request.user, at=at, **about)
            return _answered(request, account, _("Ended: %(name)s. Everybody concerned has been told."), line)
    except NotAllowedNow as again:
        refusal, status = str(again), 409
        line = _find(visit, at=at, grant_id=grant.public_id) if grant else line
    context = {
        **_may(request.user, visit, [line.membership] if line.membership else [], at=at),
        "account": account,
        "visit": visit,
        "line": line,
        "form": form,
        "last": selectors.last_review(account),
        "hanging": list(grant.children.unended(at).select_related("grantee")) if grant else [],
        "refusal": refusal,
        "at": at,
    }
    return render(request, "access_requests/review_line.html", context, status=status)


def _find(visit, *, at, **which):
    """The line of one who is in, or of whom something was said in the review that is under way.

    :raises Http404: there is none
    """
    line = selectors.line_of(visit.account, selectors.open_review(visit.account), at=at, **which)
    if line is None:
        raise Http404
    return line


def _may(user, visit, memberships, *, at):
    """Whether the reader may answer, and the memberships they may end."""
    answers = AccountPermission.END_ACCESS in visit.rights
    asked = {"account": visit.account, "memberships": memberships, "by": user, "at": at}
    endable = people.endable(**asked) if answers and memberships else set()
    return {"answers": answers, "endable": endable, "PRIMARY": Role.PRIMARY}


def _keep(request, visit, *, at):
    """Keep the lines that were sent, as they stand on a page.

    :raises Http404: one that no page has shown
    """
    grants, memberships, seen = _chosen(visit.account, request.POST)
    after = request.POST.get("after", "")
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Http404
    kept, left = services.keep_in_review(
        account=visit.account,
        grants=grants,
        memberships=memberships,
        after=int(after),
        seen=seen,
        by=request.user,
        at=at,
    )
    words = ngettext("One is kept.", "%(count)d are kept.", kept) % {"count": kept}
    if left:
        more = ngettext(
            "One was answered, changed or ended meanwhile, and stands as it is.",
            "%(count)d were answered, changed or ended meanwhile, and stand as they are.",
            left,
        )
        words = f"{words} {more % {'count': left}}"
    return _on(request, visit.account, words)


def _chosen(account, data):
    """What the keys of lines stand for: access to the account, memberships of it, and what was read of these."""
    kinds: dict = {selectors.ACCESS: [], selectors.MEMBER: []}
    digests = {}
    for key in data.getlist("line"):
        kind, _dash, which = key.partition("-")
        which, dash, digest = which.partition("-")
        known = kind in kinds and bool(dash) == (kind == selectors.MEMBER)
        if not known or not key.isascii() or not (which + digest).isalnum() or len(which) > 32:
            raise Http404
        kinds[kind].append(which)
        digests[which] = digest
    if not any(kinds.values()) or data.get("do") != "keep":
        raise Http404
    grants, memberships = selectors.chosen_in_review(account, kinds[selectors.ACCESS], kinds[selectors.MEMBER])
    return grants, memberships, {one.pk: digests.get(str(one.pk)) for one in memberships}


def _answered(request, account, words, line):
    return _on(request, account, words % {"name": line.person})


def _on(request, account, words):
    """Back to the list; or, where that was the last answer, to what was said in all."""
    under_way = selectors.open_review(account)
    if under_way is None:
        return _done(request, selectors.last_review(account))
    messages.success(request, words)
    page = {name: request.GET[name] for name in ("page", "size") if name in request.GET}
    return redirect(reverse("account_review", args=[account.number], query=page or None))


def _done(request, finished):
    messages.success(request, _("Looked through: something was said of everybody who is in."))
    return redirect("account_reviewed", number=finished.account.number, review=finished.pk)

"""Internal → Cases: where support works on what customers have reported. For everybody else it is not there."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authorization import is_associate
from accounts.models import Account
from accounts.states import AccountKind
from frame import clock
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors, services
from ..forms import RecordForm
from ..services.cases import AlreadyOpened
from ..states import CaseState, Severity
from . import answering, approving, sessions, terms
from .entering import enter_desk

COLUMNS = (
    Column("number", gettext_lazy("Case"), lambda row: row.number, ("number",)),
    Column("tag", gettext_lazy("Account number"), lambda row: row.account.number, ("account__number",)),
    Column("account", gettext_lazy("Account"), lambda row: row.account.name, ("account__name", "account__number")),
    Column("subject", gettext_lazy("Subject"), lambda row: row.subject, ("subject",)),
    Column("severity", gettext_lazy("Severity"), lambda row: row.get_severity_display(), ("severity",)),
    Column("state", gettext_lazy("State"), lambda row: CaseState(row.state_now).label, ("state_now",)),
    Column("changed", gettext_lazy("Last changed"), lambda row: row.changed_at, ("-changed_at",)),
    Column("opened", gettext_lazy("Opened"), lambda row: row.opened_at, ("opened_at",)),
)


@require_safe
def desk_cases(request):
    """Every case of every customer; what waits for support first."""
    enter_desk(request)
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("state", "severity", "account", "search")}
    if asked["state"] not in ("", *CaseState.values) or asked["severity"] not in ("", *map(str, Severity.values)):
        raise Http404
    wanted = {"state_now": asked["state"], "severity": asked["severity"], "account__number": asked["account"]}

    def rows(at):
        found = selectors.cases_at_desk(at=at, search=asked["search"])
        found = found.filter(**{name: value for name, value in wanted.items() if value})
        return found if is_associate(request.user, at=at) else found.none()

    table = Table(request, rows, COLUMNS, clock.now())
    if table.wants_file:
        return table.file("cases") if within(request, "export") else render(request, "429.html", status=429)
    choices = {"states": CaseState.choices, "severities": [(str(value), label) for value, label in Severity.choices]}
    context = {"table": table, "page": table.page(), "at": table.at, **asked, **choices}
    return render(request, "riders/desk_cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_record(request):
    """Write down for a customer what they reported by mail or telephone."""
    enter_desk(request)
    sent = request.POST if request.method == "POST" else None
    form = RecordForm(sent, sealed_for=f"{request.user.pk}.desk")
    if request.method == "POST" and form.is_valid():
        try:
            found = _record(form, by=request.user, at=clock.now())
        except AlreadyOpened as before:
            messages.info(request, str(before))
            return redirect("desk_case", case_number=before.case.number)
        if found is not None:
            words = _(
                "Recorded as %(number)s. Those who speak for %(name)s have been told, and are asked whether support may"
                " enter the account for it."
            )
            messages.success(request, words % {"number": found.number, "name": found.account.name})
            return redirect("desk_case", case_number=found.number)
    status = 400 if request.method == "POST" else 200
    return render(request, "riders/desk_record.html", {"form": form, "at": clock.now()}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_case(request, case_number):
    """One case, as support works on it."""
    case, at = enter_desk(request, case_number), clock.now()
    said, context, status = answering.answer(request, case, support=True, at=at)
    if said:
        return redirect("desk_case", case_number=case.number)
    context |= answering.about(request, case, support=True, at=at)
    context |= terms.beside(request.user, case, at=at) | sessions.beside(request.user, case, at=at)
    context |= approving.beside_desk(request.user, case, at=at) | approving.proposed(request.user, case, at=at)
    return render(request, "riders/desk_case.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_follow(request, case_number):
    """Be told what happens on a case, or not any more."""
    case, at = enter_desk(request, case_number), clock.now()
    if request.method == "POST" and answering.follow(request, case, support=True, at=at):
        return redirect("desk_case", case_number=case.number)
    context = {"follows": case.is_followed}
    return _page(request, "case_follow", case, at, context)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_close(request, case_number):
    """Close a case for good: the page says what ends with it."""
    case, at = enter_desk(request, case_number), clock.now()
    closed, form = answering.close(request, case, support=True, at=at)
    if closed:
        return redirect("desk_case", case_number=case.number)
    return _page(request, "case_close", case, at, {"form": form, "state": case.state_at(at)})


def _page(request, name, case, at, context):
    back = reverse("desk_case", args=[case.number])
    shared = {"case": case, "account": case.account, "back": back, "at": at, "desk": True}
    status = 400 if request.method == "POST" else 200
    return render(request, f"riders/{name}.html", shared | context, status=status)


def _record(form, *, by, at):
    """The case that was recorded, or ``None`` where something is wrong, which the form then says."""
    sent = dict(form.cleaned_data)
    account = Account.objects.open(at).filter(kind=AccountKind.CUSTOMER, number=sent.pop("account")).first()
    if account is None:
        form.add_error("account", _("No customer has this account number."))
        return None
    try:
        return services.record_case(account=account, by=by, at=at, **sent)
    except ValidationError as error:
        form.add_error(error.code if error.code in form.fields else None, error)
        return None

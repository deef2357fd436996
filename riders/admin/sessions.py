"""Staff's window on remote sessions. Beginning one asks for everything the desk asks for."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.dispatch import receiver
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.models import TrailLine
from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag
from frame.wording import spell_duration

from .. import selectors, services
from ..models import RemoteSession, SupportCase
from ..states import SessionStage


class Stage(admin.SimpleListFilter):
    """Sessions by how far they are."""

    title = gettext_lazy("state")
    parameter_name = "stage"

    def lookups(self, request, model_admin):
        """Every stage there is."""
        return SessionStage.choices

    def queryset(self, request, queryset):
        """The sessions that stand so."""
        narrowed = {
            SessionStage.TO_PLAN: queryset.ahead().filter(starts_at=None),
            SessionStage.PLANNED: queryset.ahead().filter(starts_at__isnull=False),
            SessionStage.RUNNING: queryset.running(),
            SessionStage.ENDED: queryset.filter(ended_at__isnull=False),
            SessionStage.CALLED_OFF: queryset.filter(cancelled_at__isnull=False),
        }
        stage = self.value() or ""
        return narrowed[SessionStage(stage)] if stage in SessionStage.values else queryset


@admin.register(RemoteSession)
class RemoteSessions(Window):
    """When sessions are, who began and ended them, and under which acknowledgement."""

    list_display = ["case_number", "tag", "stage_now", "starts_at", "tool", "started_at", "started_by", "length"]
    list_filter = [Stage, "ours", ("starts_at", admin.DateFieldListFilter), ("started_at", admin.DateFieldListFilter)]
    list_select_related = ["case__account", "started_by", "request"]
    search_fields = ["case__number", "case__subject", "case__account__number", "case__account__name", "tool"]
    search_help_text = gettext_lazy("The number or the subject of a case, the name or number of an account, or a tool.")
    narrowed_by = ("case__number", "case__account__number")
    actions = ["start", "end"]
    on_the_page = ("start", "end")
    fieldsets = [
        (None, {"fields": ["case", "tag", "stage_now", "tool", "ours", "created_at", "created_by", "public_id"]}),
        (gettext_lazy("The plan"), {"fields": ["starts_at", "ends_at", "revision"]}),
        (
            gettext_lazy("What happened"),
            {
                "fields": [
                    *("acknowledgement", "started_at", "started_by", "joined_at", "joined_by"),
                    *("ended_at", "ended_by", "length", "cancelled_at", "cancelled_by"),
                ]
            },
        ),
    ]
    readonly_fields = ["tag", "stage_now", "length"]

    def history_of(self, row):
        """Each of its steps, by whomever."""
        return TrailLine.objects.filter(case=row.case.number, details__session=str(row.public_id)).order_by("at", "id")

    def facts_beside(self, request, row):
        """Who takes part, and who has confirmed."""
        rows = [
            (one.name, one.get_side_display(), _("Confirmed") if one.confirmed_at else _("Not confirmed"))
            for one in selectors.attendees_of(row)
        ]
        if not rows:
            return ""
        lines = format_html_join("", "<div><dt>{}</dt><dd>{}, {}</dd></div>", rows)
        words = '<div class="facts-of-row"><section class="module"><h2>{}</h2><dl>{}</dl></section></div>'
        return format_html(words, _("Who takes part"), lines)

    def has_run_permission(self, request):
        """Whoever holds Django's permission to change remote sessions."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("Start"), permissions=["run"])
    def start(self, request, queryset):
        """Begin the chosen session: first a page asks for the link to join by, then it is begun as at the desk."""
        rows = list(queryset.select_related("case__account", "request")[:2])
        if len(rows) != 1:
            messages.error(request, _("Start one session at a time."))
            return None
        [session] = rows
        typed = request.POST.get("joining")
        how = {"joining": typed or "", "by": request.user, "at": clock.now(), "support": True}
        try:
            services.start_session(session=session, **how)
        except ValidationError as error:
            mistake = "" if typed is None else " ".join(error.messages)
            return self._ask_for_link(request, session, mistake)
        except (NotAllowedNow, PermissionDenied) as refusal:
            messages.error(request, f"{session.case.number}: {refusal}")
        else:
            messages.success(request, _("Started. How to join stands on the case."))
        return None

    @admin.action(description=gettext_lazy("End"), permissions=["run"])
    def end(self, request, queryset):
        """End the chosen sessions, of those that run."""
        done = 0
        for session in queryset.select_related("case__account").order_by("pk"):
            try:
                services.end_session(session=session, by=request.user, at=clock.now(), support=True)
            except (NotAllowedNow, PermissionDenied) as refusal:
                messages.error(request, f"{session.case.number}: {refusal}")
            else:
                done += 1
        if done:
            words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", done)
            messages.success(request, words % {"count": done})

    def _ask_for_link(self, request, session, mistake):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Start"),
            "session": session,
            "mistake": mistake,
            "typed": request.POST.get("joining", session.request.link if session.request else ""),
        }
        return TemplateResponse(request, "admin/riders/start.html", context, status=400 if mistake else 200)

    @admin.display(description=gettext_lazy("case"), ordering="case__number")
    def case_number(self, row):
        """The number of its case."""
        return row.case.number

    @admin.display(description=gettext_lazy("account number"), ordering="case__account__number")
    def tag(self, row):
        """The account's number on its key tag."""
        return account_tag(row.case.account)

    @admin.display(description=gettext_lazy("state"))
    def stage_now(self, row):
        """How far it is."""
        return row.stage.label

    @admin.display(description=gettext_lazy("how long"))
    def length(self, row):
        """How long it was, in words."""
        return spell_duration(row.lasted) if row.lasted is not None else ""


@receiver(staff_panels, sender=SupportCase, dispatch_uid="sessions_beside_a_case")
def beside_a_case(sender, *, request, row, at, **kwargs):
    """The sessions of a case."""
    columns = ("stage_now", "starts_at", "tool", "started_at", "length")
    return [panel(request, RemoteSession, _("Remote sessions"), columns, {"case__number": row.number}, place=20)]

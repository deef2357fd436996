"""The vendor's register through the admin site: send it, read what it comes to, import it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frame import clock

from . import selectors, services


@require_http_methods(["GET", "POST"])
def send_register(request):
    """Choose the files. Sending them changes nothing but that they are kept for an hour.

    :raises PermissionDenied: this person does not hold Django's permission to add registers
    """
    _let_in(request)
    refusals = []
    if request.method == "POST":
        files = request.FILES.getlist("files")
        try:
            upload = services.keep_upload(files=files, by=request.user, at=clock.now())
        except ValidationError as error:
            refusals = error.messages
        else:
            return redirect("register_read", upload.pk)
    context = {"refusals": refusals, "sheets": services.SHEETS, "title": _("Import a register")}
    return _page(request, "admin/register/send.html", context)


@require_http_methods(["GET", "POST"])
def read_register(request, upload):
    """What the files come to, fault by fault or part by part, and the button that imports them.

    :raises PermissionDenied: this person does not hold Django's permission to add registers
    :raises Http404: there are no such files, or somebody else's, or they are forgotten
    """
    _let_in(request)
    at = clock.now()
    kept = selectors.uploads_of(request.user, since=at - services.LIFE).filter(pk=upload).first()
    if kept is None:
        raise Http404
    context = {"title": _("Import a register"), "kept": kept}
    try:
        if request.method == "POST":
            report = services.import_upload(upload=kept, by=request.user, at=at)
            messages.success(request, _said(report))
            return redirect("register")
        context["report"] = services.check_upload(upload=kept, at=at)
    except services.Faulty as faulty:
        context["faults"] = faulty.faults
    return _page(request, "admin/register/read.html", context)


def _said(report):
    """What was imported, in a sentence."""
    if not report.changes:
        return _("Nothing was new.")
    new = sum(tally.new for tally in report.tallies.values())
    changed = sum(tally.changed for tally in report.tallies.values())
    return _("The register was imported: %(new)d new, %(changed)d changed.") % {"new": new, "changed": changed}


def _let_in(request):
    if not request.user.has_perm("partners.add_registerupload"):
        raise PermissionDenied


def _page(request, template, context):
    return render(request, template, {**admin.site.each_context(request), **context})

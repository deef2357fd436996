"""A page of the admin site with one form on it, which calls one service."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render

from frame.refusals import NotAllowedNow
from frame.staff import Window


class Asking(Window):
    """A window with a form or two. Each asks for Django's permission, and for a second factor shown lately."""

    def ask(self, request, form, *, title, button, do, context):
        """Show a form; sent, call ``do`` with what was typed and go back to the list with the words it answers.

        Refusals of the service stand on the form as it was typed.

        :param do: takes the cleaned data, answers what to say
        :raises PermissionDenied: this person may not add rows of this kind
        """
        self.require_adding(request)
        for field in form.fields.values():
            if getattr(field.widget, "input_type", "") in {"text", "email"}:
                field.widget.attrs["class"] = "vTextField"  # as wide as the admin site's own
        status = 200
        if request.method == "POST":
            request.require_fresh_second_factor()
            status = 400
            if form.is_valid():
                try:
                    messages.success(request, do(**form.cleaned_data))
                    return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
                except ValidationError as error:
                    form.add_error(None, error)
                except (NotAllowedNow, PermissionDenied) as refusal:
                    form.add_error(None, str(refusal))
                    status = 409
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "form": form}
        context = {**shared, "title": title, "button": button, **context}
        return render(request, "admin/accounts/ask.html", context, status=status)

    def require_adding(self, request):
        """Let through whoever holds Django's permission to add rows of this kind.

        :raises PermissionDenied: they do not
        """
        if not self.holds(request, "add"):
            raise PermissionDenied

    def do_to_each(self, request, queryset, step):
        """Call ``step`` with each chosen row, say what was refused, and answer how many went through."""
        done = 0
        for row in queryset.order_by("pk"):
            try:
                step(row)
            except (NotAllowedNow, PermissionDenied) as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                done += 1
        return done

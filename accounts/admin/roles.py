"""The catalogue of role bundles: staff add to it, change it and take from it, and each step is written down."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpResponseNotAllowed
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import selectors as trail
from frame import clock
from frame.staff import Window, staff_tools

from .. import services
from ..models import AccessRole
from ..permissions import LENDABLE


class RoleForm(forms.ModelForm):
    """A bundle as staff write it: the customer reads name and description, and every right."""

    permissions = forms.MultipleChoiceField(
        choices=[(right.value, right.label) for right in LENDABLE],
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Rights"),
    )

    class Meta:
        model = AccessRole
        fields = ["name", "description", "permissions", "active"]

    def clean(self):
        """Saving what was like that already is refused: it would leave a line about nothing."""
        if self.instance.pk and not self.changed_data:
            raise ValidationError(_("Nothing was changed: it was like that already."))
        return super().clean()


@admin.register(AccessRole)
class AccessRoles(Window):
    """What support can ask for. A bundle is taken off offer, never deleted; requests keep what it meant."""

    form = RoleForm
    change_form_template = "admin/change_form.html"
    list_display = ["name", "description", "rights_in_words", "active"]
    list_filter = ["active"]
    search_fields = ["name", "description"]
    search_help_text = gettext_lazy("A word of the name or the description.")

    def get_urls(self):
        """The addresses of a window, and the one where a bundle is added."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_add"
        return [path("add/", self.admin_site.admin_view(self.add_view), name=name), *super().get_urls()]

    def has_add_permission(self, request):
        """Whoever holds Django's permission to add bundles."""
        return self.holds(request, "add")

    def has_change_permission(self, request, obj=None):
        """Whoever holds Django's permission to change bundles."""
        return self.holds(request, "change")

    def get_fieldsets(self, request, obj=None):
        """A new bundle is on offer at once."""
        names = ["name", "description", "permissions"]
        return [(None, {"fields": [*names, "active"] if obj else names})]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The form of a bundle, for whoever may change it; the words alone for whoever may look.

        :raises PermissionDenied: something was sent by somebody who may only look
        """
        return admin.ModelAdmin.change_view(self, request, object_id, form_url, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A form that is read and sent, and nothing else; sent by somebody whose second factor was shown lately."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if request.method == "POST":
            request.require_fresh_second_factor()
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """Add or change a bundle by the one service that writes it down."""
        words = {name: form.cleaned_data[name] for name in ("name", "description", "permissions")}
        if change:
            services.change_access_role(
                role=obj, active=form.cleaned_data["active"], by=request.user, at=clock.now(), **words
            )
        else:
            obj.pk = services.add_access_role(by=request.user, at=clock.now(), **words).pk

    def history_of(self, row):
        """Each change of it."""
        return trail.history(row.name)

    @admin.display(description=gettext_lazy("rights"))
    def rights_in_words(self, role):
        """What the bundle gives."""
        return ", ".join(str(right.label) for right in role.rights)


@receiver(staff_tools, sender=AccessRole, dispatch_uid="add_a_role_from_the_list")
def beginning_in_the_list(sender, *, request, row, **kwargs):
    """Adding a bundle, from the list of them."""
    if row is not None or not request.user.has_perm("accounts.add_accessrole"):
        return []
    return [(_("Add a role bundle"), reverse("admin:accounts_accessrole_add"))]

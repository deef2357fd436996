"""Staff's windows on requests and blocks, and the catalogue of role bundles, which they keep."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.permissions import LENDABLE
from frame import clock
from frame.staff import Window
from frame.templatetags.frame import account_tag

from . import services
from .models import AccessRequest, AccessRole, Block


@admin.register(AccessRequest)
class AccessRequests(Window):
    """Who asked for what, and what became of it."""

    list_display = ["public_id", "tag", "company", "beneficiary", "kind", "status_now", "submitted_at", "respond_by"]
    list_filter = ["kind", "status", "administrator"]
    list_select_related = ["account", "company", "beneficiary"]
    search_fields = ["public_id", "account__number", "account__name", "beneficiary__email", "asker__email"]
    readonly_fields = ["status_now"]

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, request):
        """The account's number on its key tag."""
        return account_tag(request.account)

    @admin.display(description=_("status"), ordering="status")
    def status_now(self, request):
        """The status at this moment, whether or not a job has stored it."""
        return request.status_at(clock.now()).label


@admin.register(Block)
class Blocks(Window):
    """Who may not ask for access to which account."""

    list_display = ["person", "tag", "request", "blocked_at", "blocked_by", "lifted_at", "lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "account", "request", "blocked_by", "lifted_by"]
    search_fields = ["person__email", "account__number", "account__name", "request__public_id"]

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, block):
        """The account's number on its key tag."""
        return account_tag(block.account)


class RoleForm(forms.ModelForm):
    """A bundle as staff write it: the customer reads name and description, and every right."""

    permissions = forms.MultipleChoiceField(
        choices=[(right.value, right.label) for right in LENDABLE],
        widget=forms.CheckboxSelectMultiple,
        label=_("Rights"),
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
    list_display = ["name", "description", "rights_in_words", "active"]
    list_filter = ["active"]
    search_fields = ["name", "description"]

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

    def get_fields(self, request, obj=None):
        """A new bundle is on offer at once."""
        return ["name", "description", "permissions", "active"] if obj else ["name", "description", "permissions"]

    def save_model(self, request, obj, form, change):
        """Add or change a bundle by the one service that writes it down."""
        words = {name: form.cleaned_data[name] for name in ("name", "description", "permissions")}
        if change:
            services.change_access_role(
                role=obj, active=form.cleaned_data["active"], by=request.user, at=clock.now(), **words
            )
        else:
            obj.pk = services.add_access_role(by=request.user, at=clock.now(), **words).pk

    @admin.display(description=_("rights"))
    def rights_in_words(self, role):
        """What the bundle gives."""
        return ", ".join(str(right.label) for right in role.rights)

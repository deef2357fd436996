"""The admin site as staff meet it: our windows, and the one way in and out that everybody takes."""

from types import MethodType

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.generic import RedirectView

from config import front
from frame import clock
from frame.staff import Window
from partners import views as partners


def addresses():
    """This will give the admin site's addresses, without what other apps registered of themselves.

    Their tables hold what people prove themselves by; nobody adds a second factor to somebody else here.
    """
    site = admin.site
    foreign = [
        model
        for model in apps.get_models()
        if site.is_registered(model) and not isinstance(site.get_model_admin(model), Window)
    ]
    site.unregister(foreign)
    site.site_header = site.site_title = settings.PORTAL_NAME
    site.index_template, site.index_title = "admin/front.html", gettext_lazy("What needs you")
    # From the class, so that making the addresses a second time wraps nothing twice
    site.each_context = _telling_of_jobs(MethodType(admin.AdminSite.each_context, site))
    site.index = _with_front(MethodType(admin.AdminSite.index, site))
    # The site's own pages would know neither second factors nor our limits, nor would they tell anybody
    site.login = secure_admin_login(MethodType(admin.AdminSite.login, site))
    return [
        path(f"{settings.ADMIN_PATH}logout/", logout),
        path(f"{settings.ADMIN_PATH}password_change/", RedirectView.as_view(pattern_name="account_change_password")),
        path(f"{settings.ADMIN_PATH}register/", site.admin_view(partners.send_register), name="register"),
        path(
            f"{settings.ADMIN_PATH}register/<int:upload>/",
            site.admin_view(partners.read_register),
            name="register_read",
        ),
        path(settings.ADMIN_PATH, site.urls),
    ]


def _telling_of_jobs(usual):
    """Every page of the admin site says so while the jobs stay away."""

    def each_context(request):
        context = usual(request)
        return {**context, "late_jobs": front.late_jobs(at=clock.now()) if context["has_permission"] else []}

    return each_context


def _with_front(usual):
    """The first page says what needs somebody."""

    def index(request, extra_context=None):
        return usual(request, {**front.page(request, at=clock.now()), **(extra_context or {})})

    return index

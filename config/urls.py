"""Which address belongs to which app."""

from django.conf import settings
from django.urls import include, path

from access_requests import urls as access_requests
from config import demo, health, reports, staff
from frame.views import icon
from riders import urls as riders

handler400 = "frame.views.malformed"
handler403 = "frame.views.not_you"
handler404 = "frame.views.not_here"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("csp", reports.policy_violation, name="csp_report"),
    path("favicon.ico", icon, name="icon"),
    path("auth/", include("allauth.urls")),
    path(settings.ADMIN_PATH, include([*access_requests.internal_urlpatterns, *riders.internal_urlpatterns])),
    *staff.addresses(),
    path("", include("accounts.urls")),
    path("", include("riders.urls")),
    path("", include("notifications.urls")),
    path("", include("access_requests.urls")),
]

if settings.PORTAL_DEMO:
    urlpatterns.append(path("demo/sign-in/", demo.sign_in, name="demo_sign_in"))

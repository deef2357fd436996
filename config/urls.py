"""Which address belongs to which app."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import demo, health, reports

handler400 = "frame.views.malformed"
handler403 = "frame.views.not_you"
handler404 = "frame.views.not_here"

# One way in for everybody: the admin site's own page would know neither second factors nor our limits
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("csp", reports.policy_violation, name="csp_report"),
    path("auth/", include("allauth.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("access_requests.urls")),
]

if settings.PORTAL_DEMO:
    urlpatterns.append(path("demo/sign-in/", demo.sign_in, name="demo_sign_in"))

"""The bell, and the mailbox of the embedded default."""

from django.urls import path

from . import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/new/", views.poll, name="notices_poll"),
    path("notices/<int:pk>/read/", views.read, name="notice_read"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", views.mail, name="mail"),
    path("mailbox/<str:name>/html/", views.mail_html, name="mail_html"),
]

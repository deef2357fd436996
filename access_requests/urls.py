"""Home, requests and their answers, and who of a partner may open what."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("requests/", views.request_list, name="requests"),
    path("requests/<str:public_id>/", views.detail, name="request"),
    path("requests/<str:public_id>/decide/", views.decide, name="decide"),
    path("requests/<str:public_id>/edit/", views.edit, name="request_edit"),
    path("requests/<str:public_id>/cancel/", views.cancel, name="request_cancel"),
    path("requests/<str:public_id>/send-again/", views.send_again, name="request_send_again"),
    path("requests/<str:public_id>/end/", views.end, name="access_end"),
    path("requests/<str:public_id>/less/", views.less, name="access_less"),
    path("requests/<str:public_id>/unblock/", views.unblock, name="unblock"),
    path("access/<str:grant_id>/", views.grant, name="grant"),
    path("access/<str:grant_id>/end/", views.grant_end, name="grant_end"),
    path("access/<str:grant_id>/less/", views.grant_less, name="grant_less"),
    path("access/<str:grant_id>/restore/", views.restore, name="grant_restore"),
    path("accounts/<str:number>/access/", views.access, name="account_access"),
    path("accounts/<str:number>/access/end/<str:partner>/", views.end_all, name="end_all_access"),
    path("access/<str:grant_id>/renew/", views.renew, name="renew"),
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/renewals/", views.renewals, name="renewals"),
    path("contacts/customers/", views.customer_options, name="customer_options"),
    path("contacts/ask/<str:customer>/", views.ask_several, name="ask_several"),
    path("contacts/ask/<str:customer>/<int:membership>/", views.ask, name="ask"),
    path("contacts/add/<str:customer>/<int:membership>/", views.add, name="add_colleague"),
    path("contacts/unlink/<str:customer>/", views.unlink_customer, name="unlink_customer"),
    path("accounts/<str:number>/partners/", views.account_partners, name="account_partners"),
    path("accounts/<str:number>/partners/give/", views.give, name="give_access"),
    path("accounts/<str:number>/partners/<str:partner>/unlink/", views.unlink_partner, name="unlink_partner"),
]

"""The account's own pages, joining an account, and going from one account to another."""

from django.urls import path

from . import views

_PEOPLE = "accounts/<str:number>/contacts/"

urlpatterns = [
    path("switch/", views.switch, name="switch"),
    path("accounts/", views.account_list, name="accounts"),
    path("invitations/<str:public_id>/", views.invitation, name="invitation"),
    path("invitations/<str:public_id>/accept/", views.accept, name="invitation_accept"),
    path("recovery/primary-user/<str:public_id>/", views.replacement, name="replacement"),
    path("recovery/primary-user/<str:public_id>/stop/", views.replacement_stop, name="replacement_stop"),
    path("recovery/second-factor/<str:public_id>/", views.factor_reset, name="factor_reset"),
    path("recovery/second-factor/<str:public_id>/stop/", views.factor_reset_stop, name="factor_reset_stop"),
    path("accounts/<str:number>/", views.overview, name="account"),
    path("accounts/<str:number>/orders/", views.orders, name="account_orders"),
    path("accounts/<str:number>/invoices/", views.invoices, name="account_invoices"),
    path("accounts/<str:number>/usage/", views.usage, name="account_usage"),
    path("accounts/<str:number>/configuration/", views.configuration, name="account_configuration"),
    path(
        "accounts/<str:number>/configuration/change/",
        views.configuration_change,
        name="account_configuration_change",
    ),
    path("accounts/<str:number>/changes/", views.change_list, name="account_changes"),
    path("accounts/<str:number>/changes/<str:public_id>/", views.change, name="account_change"),
    path("accounts/<str:number>/settings/", views.settings, name="account_settings"),
    path(_PEOPLE, views.contacts, name="account_contacts"),
    path(f"{_PEOPLE}invite/", views.invite, name="account_invite"),
    path(f"{_PEOPLE}invitations/<str:public_id>/again/", views.again, name="invitation_again"),
    path(f"{_PEOPLE}invitations/<str:public_id>/withdraw/", views.withdraw, name="invitation_withdraw"),
    path(f"{_PEOPLE}<int:membership>/", views.person, name="account_person"),
    path(f"{_PEOPLE}<int:membership>/role/", views.role, name="person_role"),
    path(f"{_PEOPLE}<int:membership>/rights/", views.rights, name="person_rights"),
    path(f"{_PEOPLE}<int:membership>/contact/", views.authorized_contact, name="person_contact"),
    path(f"{_PEOPLE}<int:membership>/end/", views.end, name="person_end"),
    path(f"{_PEOPLE}<int:membership>/stand-in/", views.stand_in, name="person_stand_in"),
    path(f"{_PEOPLE}<int:membership>/stand-in/end/", views.stand_in_end, name="person_stand_in_end"),
    path(f"{_PEOPLE}<int:membership>/successor/", views.successor, name="person_successor"),
]

"""The account's own pages, and going from one account to another."""

from django.urls import path

from . import views

urlpatterns = [
    path("switch/", views.switch, name="switch"),
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
    path("accounts/<str:number>/settings/", views.settings, name="account_settings"),
]

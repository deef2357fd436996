"""The account's own pages, and going from one account to another."""

from django.urls import path

from . import views

urlpatterns = [
    path("switch/", views.switch, name="switch"),
    path("accounts/<str:number>/", views.overview, name="account"),
    path("accounts/<str:number>/orders/", views.orders, name="account_orders"),
    path("accounts/<str:number>/invoices/", views.invoices, name="account_invoices"),
    path("accounts/<str:number>/usage/", views.usage, name="account_usage"),
]

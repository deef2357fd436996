"""The cases of an account."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"

urlpatterns = [
    path(_CASES, views.cases, name="account_cases"),
    path(f"{_CASES}open/", views.case_open, name="account_case_open"),
    path(f"{_CASES}<str:case_number>/", views.case, name="account_case"),
]

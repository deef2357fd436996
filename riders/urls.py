"""The cases of an account."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"

# In front of the admin site's own addresses, for associates: support's desk
internal_urlpatterns = [
    path("internal/cases/<str:case_number>/", views.desk_case, name="desk_case"),
]

urlpatterns = [
    path("accounts/<str:number>/articles/", views.articles, name="account_articles"),
    path(_CASES, views.cases, name="account_cases"),
    path(f"{_CASES}open/", views.case_open, name="account_case_open"),
    path(f"{_CASES}<str:case_number>/", views.case, name="account_case"),
]

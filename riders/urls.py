"""The cases of an account."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"

# In front of the admin site's own addresses, for associates: support's desk
internal_urlpatterns = [
    path("internal/cases/<str:case_number>/", views.desk_case, name="desk_case"),
    path("internal/cases/<str:case_number>/terms/ask/", views.desk_terms_ask, name="desk_terms_ask"),
    path("internal/cases/<str:case_number>/session/", views.desk_session_request, name="desk_session_request"),
]

urlpatterns = [
    path("accounts/<str:number>/articles/", views.articles, name="account_articles"),
    path(_CASES, views.cases, name="account_cases"),
    path(f"{_CASES}open/", views.case_open, name="account_case_open"),
    path(f"{_CASES}<str:case_number>/", views.case, name="account_case"),
    path(f"{_CASES}<str:case_number>/terms/", views.case_terms, name="account_terms"),
    path(f"{_CASES}<str:case_number>/session/", views.session_request, name="account_session_request"),
]

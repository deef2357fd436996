"""The cases of an account."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"
_ARTICLES = "accounts/<str:number>/articles/"
_RIDER = "accounts/<str:number>/riders/<str:digest>/"

# In front of the admin site's own addresses, for associates: support's desk
internal_urlpatterns = [
    path("internal/cases/<str:case_number>/", views.desk_case, name="desk_case"),
    path("internal/cases/<str:case_number>/terms/ask/", views.desk_terms_ask, name="desk_terms_ask"),
    path("internal/cases/<str:case_number>/session/", views.desk_session_request, name="desk_session_request"),
    path("internal/articles/", views.desk_articles, name="desk_articles"),
    path("internal/articles/<str:slug>/", views.desk_article, name="desk_article"),
    path("internal/riders/<str:digest>/", views.desk_rider, name="desk_rider"),
    path("internal/riders/<str:digest>/download/", views.desk_rider_download, name="desk_rider_download"),
]

urlpatterns = [
    path(_ARTICLES, views.articles, name="account_articles"),
    path(f"{_ARTICLES}suggested/", views.article_suggestions, name="article_suggestions"),
    path(f"{_ARTICLES}<str:slug>/", views.article, name="account_article"),
    path(_RIDER, views.rider, name="account_rider"),
    path(f"{_RIDER}download/", views.rider_download, name="account_rider_download"),
    path(_CASES, views.cases, name="account_cases"),
    path(f"{_CASES}open/", views.case_open, name="account_case_open"),
    path(f"{_CASES}<str:case_number>/", views.case, name="account_case"),
    path(f"{_CASES}<str:case_number>/terms/", views.case_terms, name="account_terms"),
    path(f"{_CASES}<str:case_number>/session/", views.session_request, name="account_session_request"),
]

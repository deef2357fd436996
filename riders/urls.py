"""The cases of an account."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"
_SESSIONS = f"{_CASES}<str:case_number>/sessions/"
_DESK = "internal/cases/<str:case_number>/"
_ARTICLES = "accounts/<str:number>/articles/"
_RIDER = "accounts/<str:number>/riders/<str:digest>/"

# In front of the admin site's own addresses, for associates: support's desk
internal_urlpatterns = [
    path("internal/cases/<str:case_number>/", views.desk_case, name="desk_case"),
    path(f"{_DESK}sessions/", views.desk_case_sessions, name="desk_case_sessions"),
    path(f"{_DESK}sessions/plan/", views.desk_session_plan, name="desk_session_plan"),
    path(f"{_DESK}sessions/<str:session_id>/", views.desk_session, name="desk_session"),
    path(f"{_DESK}sessions/<str:session_id>.ics", views.desk_session_calendar, name="desk_session_calendar"),
    path(f"{_DESK}tools/", views.desk_remote_tools, name="desk_remote_tools"),
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
    path(f"{_CASES}tools/", views.remote_tools, name="account_remote_tools"),
    path(f"{_CASES}<str:case_number>/", views.case, name="account_case"),
    path(_SESSIONS, views.case_sessions, name="account_case_sessions"),
    path(f"{_SESSIONS}<str:session_id>/", views.session, name="account_session"),
    path(f"{_SESSIONS}<str:session_id>.ics", views.session_calendar, name="account_session_calendar"),
]

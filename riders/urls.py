"""The cases of an account, and support's own desk."""

from django.urls import path

from . import views

_CASES = "accounts/<str:number>/cases/"
_CASE = f"{_CASES}<str:case_number>/"
_DESK = "internal/cases/"
_DESK_CASE = f"{_DESK}<str:case_number>/"
_SESSIONS = f"{_CASE}sessions/"
_DESK_SESSIONS = f"{_DESK_CASE}sessions/"
_ARTICLES = "accounts/<str:number>/articles/"
_RIDER = f"{_CASES}riders/<str:digest>/"

# In front of the admin site's own addresses, for associates: support's desk
internal_urlpatterns = [
    path(_DESK, views.desk_cases, name="desk_cases"),
    path(f"{_DESK}record/", views.desk_record, name="desk_record"),
    path(_DESK_CASE, views.desk_case, name="desk_case"),
    path(f"{_DESK_CASE}follow/", views.desk_follow, name="desk_case_follow"),
    path(f"{_DESK_CASE}close/", views.desk_close, name="desk_case_close"),
    path(f"{_DESK_CASE}access/ask/", views.desk_access_ask, name="desk_case_access_ask"),
    path(f"{_DESK_CASE}access/finish/", views.desk_finish, name="desk_case_finish"),
    path(f"{_DESK_CASE}terms/ask/", views.desk_terms_ask, name="desk_terms_ask"),
    path(f"{_DESK_CASE}session/", views.desk_session_request, name="desk_session_request"),
    path(_DESK_SESSIONS, views.desk_case_sessions, name="desk_case_sessions"),
    path(f"{_DESK_SESSIONS}plan/", views.desk_session_plan, name="desk_session_plan"),
    path(f"{_DESK_SESSIONS}<str:session_id>/", views.desk_session, name="desk_session"),
    path(f"{_DESK_SESSIONS}<str:session_id>.ics", views.desk_session_calendar, name="desk_session_calendar"),
    path(f"{_DESK_CASE}tools/", views.desk_remote_tools, name="desk_remote_tools"),
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
    path(_CASE, views.case, name="account_case"),
    path(f"{_CASE}follow/", views.case_follow, name="account_case_follow"),
    path(f"{_CASE}close/", views.case_close, name="account_case_close"),
    path(f"{_CASE}access/", views.case_approval, name="account_case_approval"),
    path(f"{_CASE}access/inside/", views.case_inside, name="account_case_inside"),
    path(f"{_CASE}access/withdraw/", views.case_withdraw, name="account_case_withdraw"),
    path(f"{_CASE}terms/", views.case_terms, name="account_terms"),
    path(f"{_CASE}session/", views.session_request, name="account_session_request"),
    path(_SESSIONS, views.case_sessions, name="account_case_sessions"),
    path(f"{_SESSIONS}<str:session_id>/", views.session, name="account_session"),
    path(f"{_SESSIONS}<str:session_id>.ics", views.session_calendar, name="account_session_calendar"),
]

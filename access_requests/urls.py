"""Home, requests and their answers, and who of a partner may open what."""

from django.urls import path

from . import views

# In front of the admin site's own addresses, and behind the question whether somebody is an associate
internal_urlpatterns = [
    path("internal/access-requests/", views.support_requests, name="support_requests"),
    path("internal/access-requests/new/", views.support_details, name="support_ask"),
    path("internal/access-requests/new/roles/", views.support_roles, name="support_ask_roles"),
    path("internal/access-requests/new/review/", views.support_review, name="support_ask_review"),
    path("internal/access-requests/new/leave/", views.support_leave, name="support_ask_leave"),
    path("internal/access-requests/<str:public_id>/edit/", views.support_details, name="support_edit"),
    path("internal/access-requests/<str:public_id>/edit/roles/", views.support_roles, name="support_edit_roles"),
    path("internal/access-requests/<str:public_id>/edit/review/", views.support_review, name="support_edit_review"),
    path("internal/access-requests/<str:public_id>/edit/leave/", views.support_leave, name="support_edit_leave"),
    path("internal/accounts/", views.support_find, name="support_find"),
    path("internal/cases/<str:case_number>/access/activate/", views.desk_activate, name="desk_case_activate"),
    path("internal/cases/<str:case_number>/access/bring-in/", views.desk_bring_in, name="desk_case_bring_in"),
]

urlpatterns = [
    path("roles/", views.roles, name="roles"),
    path("", views.home, name="home"),
    path("waiting/cases/", views.waiting_cases, name="waiting_cases"),
    path("waiting/changes/", views.waiting_changes, name="waiting_changes"),
    path("waiting/reviews/", views.waiting_reviews, name="waiting_reviews"),
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
    path("access/<str:grant_id>/done/", views.grant_done, name="grant_done_poll"),
    path("help-desk/", views.help_desk, name="help_desk"),
    path("help-desk/<str:number>/", views.help_desk_ask, name="help_desk_ask"),
    path("hand-back/<str:number>/", views.hand_back, name="hand_back"),
    path("accounts/<str:number>/access/", views.access, name="account_access"),
    path("accounts/<str:number>/access/review/", views.review, name="account_review"),
    path(
        "accounts/<str:number>/access/review/access/<str:grant_id>/", views.review_access, name="account_review_access"
    ),
    path(
        "accounts/<str:number>/access/review/member/<int:membership>/",
        views.review_member,
        name="account_review_member",
    ),
    path("accounts/<str:number>/access/reviews/", views.reviews, name="account_reviews"),
    path("accounts/<str:number>/access/reviews/<int:review>/", views.reviewed, name="account_reviewed"),
    path("accounts/<str:number>/access/end/<str:partner>/", views.end_all, name="end_all_access"),
    path("accounts/<str:number>/access/requests/", views.account_requests, name="account_requests"),
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

"""Staff's window on remote sessions."""

import pytest

from riders import services
from riders.models import CaseComment, RemoteSession
from tests.cast import open_browser
from tests.pages import soup_of
from tests.riders.acting_on_sessions import LINK, a_case, a_session, accept, permit_other_tools

LIST = "/admin/riders/remotesession/"


@pytest.fixture
def planned(cast, now):
    """A session of a case of Connie's."""
    return a_session(cast, a_case(cast, at=now), at=now)


@pytest.fixture
def stan(cast):
    """Stan's browser: staff, and an associate since he has a second factor."""
    return open_browser(cast.stan)


def act(browser, action, session, **more):
    return browser.post(LIST, {"action": action, "_selected_action": [session.pk], **more}, follow=True)


@pytest.mark.seed("S1-14")
@pytest.mark.trust("I13")
def test_the_action_is_refused_without_an_acknowledgement(cast, planned, stan):
    for more in ({}, {"joining": LINK}):
        page = act(stan, "start", planned, **more).content.decode()
        assert "nobody of the customer has accepted the remote access rider for this case" in page
    planned.refresh_from_db()
    assert planned.started_at is None
    assert not CaseComment.objects.exists()


def test_staff_start_with_a_link_and_end(cast, planned, stan, now):
    accept(cast, planned.case, at=now)
    asked = act(stan, "start", planned)
    assert soup_of(asked).select_one("form [name=joining]") is not None
    assert "begins with https://" in act(stan, "start", planned, joining="http://no.example").content.decode()
    assert "Started." in act(stan, "start", planned, joining=LINK).content.decode()
    assert "1 session was ended." in act(stan, "end", planned).content.decode()
    assert "This session has ended." in act(stan, "end", planned).content.decode()

    planned.refresh_from_db()
    assert (planned.started_by, planned.ended_by) == (cast.stan, cast.stan)
    history = stan.get(f"{LIST}{planned.pk}/history/").content.decode()
    assert all(event in history for event in ("session.planned", "session.started", "session.ended"))


def test_what_only_the_customer_begins_staff_do_not(cast, planned, stan, now):
    accept(cast, planned.case, at=now)
    permit_other_tools(cast, at=now)

    assert "Acme begins this session, with Meetwell" in act(stan, "start", planned, joining=LINK).content.decode()
    assert not RemoteSession.objects.running().exists()


def test_who_may_only_look_or_is_no_associate_does_not(cast, planned, stan, now):
    accept(cast, planned.case, at=now)
    member = cast.stan.memberships.get()
    member.ended_at, member.ended_by = now, cast.root
    type(member).objects.filter(pk=member.pk).update(ended_at=now, ended_by=cast.root)
    assert "Only associates of the vendor" in act(stan, "start", planned, joining=LINK).content.decode()

    cast.stan.user_permissions.remove(*cast.stan.user_permissions.filter(codename="change_remotesession"))
    assert act(stan, "start", planned, joining=LINK).status_code == 403
    assert not RemoteSession.objects.running().exists()


def test_the_list_narrows_and_the_page_of_a_session_names_who_takes_part(cast, planned, stan, now):
    services.invite_attendee(session=planned, person=cast.connie, by=cast.tess, at=now, support=True)
    shown = {
        stage: len(soup_of(stan.get(LIST, {"stage": stage})).select("#result_list tbody tr"))
        for stage in ("to_plan", "planned", "running", "ended", "called_off")
    }
    assert shown == {"to_plan": 0, "planned": 1, "running": 0, "ended": 0, "called_off": 0}
    page = soup_of(stan.get(f"{LIST}{planned.pk}/change/")).get_text(" ")
    assert "Connie" in page
    assert "Not confirmed" in page
    assert planned.case.number in soup_of(stan.get(f"/admin/riders/supportcase/{planned.case.pk}/change/")).get_text()

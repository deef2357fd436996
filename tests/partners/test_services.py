"""Who serves whom."""

import pytest

from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from partners import selectors, services
from partners.models import Partnership


def test_staff_note_that_a_partner_serves_a_customer(cast, now):
    known = services.make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)

    assert (known.state, known.known_at, known.linked_at) == ("available", now, None)
    assert selectors.living(cast.crow, cast.globex) == known
    line = TrailLine.objects.get(event="partnership.known", subject="700226-810432")
    assert (line.actor, line.chain) == (cast.stan.email, "810432")


def test_a_partnership_joins_a_partner_and_a_customer_once(cast, now):
    for partner, customer in [
        (cast.bolt, cast.acme),
        (cast.acme, cast.globex),
        (cast.bolt, cast.crow),
        (cast.vendor, cast.acme),
    ]:
        with pytest.raises(NotAllowedNow):
            services.make_known(partner=partner, customer=customer, by=cast.stan, at=now)


def test_two_companies_are_linked_once(cast, now):
    between = Partnership.objects.get(partner=cast.crow, customer=cast.acme)
    services.link(partnership=between, by=cast.carol, at=now)

    assert (between.state, between.linked_by) == ("linked", cast.carol)
    with pytest.raises(NotAllowedNow):
        services.link(partnership=between, by=cast.carol, at=now)
    assert TrailLine.objects.filter(event="partnership.linked", subject="700226-654321").count() == 1


def test_a_partnership_that_ended_is_never_linked_and_a_new_one_may_begin(cast, now):
    between = Partnership.objects.get(partner=cast.crow, customer=cast.acme)
    Partnership.objects.filter(pk=between.pk).update(state="ended", ended_at=now)
    with pytest.raises(NotAllowedNow):
        services.link(partnership=between, by=cast.carol, at=now)

    assert selectors.living(cast.crow, cast.acme) is None
    assert services.make_known(partner=cast.crow, customer=cast.acme, by=cast.stan, at=now).pk != between.pk


def test_a_partner_sees_its_own_open_customers_and_who_asks_for_its_people(cast, now):
    names = [one.customer.name for one in selectors.customers_of(cast.bolt, at=now)]

    assert names == ["Acme", "Globex"]
    assert list(selectors.administered_by(cast.pat, at=now)) == [cast.bolt]
    for nobody in (cast.petra, cast.dora, cast.carol, cast.mallory, cast.root):
        assert not selectors.administered_by(nobody, at=now).exists()

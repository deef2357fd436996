"""How often one person may do a thing."""

from types import SimpleNamespace

import pytest
from allauth.core import context

from frame.rates import within
from tests import doorbell

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice_a_minute(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "decide": "2/60s/user"}


def request_of(rf, email):
    request = rf.post("/")
    request.user = doorbell.person(email)
    request.client_address = "127.0.0.1"
    request.allauth = SimpleNamespace()
    return request


def tries(request, count):
    with context.request_context(request):
        return [within(request, "decide") for _try in range(count)]


def test_each_person_has_a_count_of_their_own(rf, twice_a_minute):
    carol, adam = request_of(rf, "carol@acme.example"), request_of(rf, "adam@acme.example")

    assert tries(carol, 3) == [True, True, False]
    assert tries(adam, 3) == [True, True, False]


@pytest.mark.trust("B3")
def test_nobody_is_kept_from_answering_while_the_cache_is_gone(rf, twice_a_minute, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }

    assert tries(request_of(rf, "carol@acme.example"), 3) == [True, True, True]

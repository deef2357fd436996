import pytest
from accounts.models import Grant
from audit.models import TrailLine
from tests.cast import approve
def test_a(granted, cast, signed_in, django_assert_num_queries, now):
    c = signed_in(cast.carol)
    r = c.get("/")
    print(r.status_code, r.headers.get("Location"))
    r = signed_in(cast.petra).get("/accounts/654321/invoices/")
    print(r.status_code, r.headers.get("Location"))
@pytest.mark.django_db(transaction=True)
def test_b(granted):
    assert TrailLine.objects.count()
def test_c(db):
    assert not TrailLine.objects.count()
@pytest.mark.django_db(transaction=True)
def test_d(granted):
    assert TrailLine.objects.count()

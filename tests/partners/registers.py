"""Small registers for tests, and the place of those that come with the plan of the house.

A clone without the plan has no such place; then the tests on it are left out and say so, and the small ones remain.
"""

from io import BytesIO
from pathlib import Path

from django.apps import apps

from partners.services import Source

PLAN = Path(__file__).resolve().parents[3] / "shared" / "data"

ACCOUNTS = """\
number,org_id,name,kind,time_zone,language,seats
300100,93001000,Dune & Söhne,customer,Europe/Prague,en,10
300200,93002000,Ember IT,partner,UTC,sv,5
"""
PEOPLE = """\
account,email,first_name,last_name,role,authorized_contact
300100,Primary@dune.example,Prvně,Číslo,primary,yes
300100,two@dune.example,Second,O'Clock,administrator,no
300200,other@ember.example,Other,Žižek,primary,no
"""
PARTNERSHIPS = "partner,customer,state\n300200,300100,available\n700118,300100,linked\n"
ORDERS = """\
account,number,ordered_on,product,description,quantity,state
300100,O-1,2026-03-28,BKP-1,"Backup, 1 TB",5,open
"""
INVOICES = """\
account,number,issued_on,due_on,amount,currency,state
300100,I-1,2026-10-01,2026-10-31,10.5,EUR,open
300100,I-2,2026-10-01,2026-10-31,-3.00,SEK,paid
"""
USAGE = "account,month,product,amount,unit\n300100,2026-10,BKP-1,12.5,GB\n"
SMALL = {
    "accounts.csv": ACCOUNTS,
    "people.csv": PEOPLE,
    "partnerships.csv": PARTNERSHIPS,
    "orders.csv": ORDERS,
    "invoices.csv": INVOICES,
    "usage.csv": USAGE,
}


def sources(**sheets):
    """This will give the small register, with other texts or bytes for some sheets, or without them (``None``)."""
    files = SMALL | {f"{name}.csv": content for name, content in sheets.items()}
    return [Source(name, opener(content)) for name, content in files.items() if content is not None]


def opener(content):
    raw = content if isinstance(content, bytes) else content.encode()
    return lambda: BytesIO(raw)


def everything():
    """This will give every row of every table of ours, to be compared."""
    ours = ["access_requests", "accounts", "partners", "notifications", "audit", "account"]
    tables = [model for app in ours for model in apps.get_app_config(app).get_models()]
    return {model: list(model._base_manager.order_by("pk").values()) for model in tables}

"""The world that stands in the tests' database between two tests.

To act the cast out takes half a second and to write its rows a twentieth of one. So it is acted out once, its rows
are committed before a test that wants it, and the rollback after each test leaves them standing. Whoever does not want
it finds an empty database.
"""

from copy import copy
from functools import cache

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts.models import Account, User
from audit import triggers
from config import world
from riders import triggers as rider_triggers

BY_MIGRATIONS = (ContentType, Permission)  # these rows belong to the tables, and stay as long as they do
# No trigger is heard and no reference looked up where everything goes
UNHEARD = "SET LOCAL session_replication_role = replica"


class Standing:
    """The world as it was first built, its rows by table, and whether they stand in the database now."""

    def __init__(self):
        self.world, self.rows, self.stands, self.blocker = None, {}, False, None

    def arrange(self, *, wanted):
        """This will have the world stand, or nothing at all, before a test begins its own transaction."""
        if self.world is None or self.stands == wanted:
            return
        with self.blocker.unblock():
            if wanted:
                self._write()
            else:
                self.empty()

    def has_the_database(self):
        """Whether no row stands yet: what the first test of the cast had put there would stand ever after."""
        return not any(table._base_manager.exists() for table in tables())

    def keep(self, built):
        """This will remember the rows of the world just built, the only ones there are."""
        found = {table: list(table._base_manager.all()) for table in tables()}
        self.rows = {table: rows for table, rows in found.items() if rows}
        self.world = built

    def again(self):
        """This will give the world anew: whatever a test did to the last one's people was done to copies."""
        return world.World(
            people=self._copies(self.world.people, User),
            companies=self._copies(self.world.companies, Account),
        )

    def empty(self):
        """This will empty the database, the trail and published riders too; only here are their triggers not heard."""
        names = [connection.ops.quote_name(table._meta.db_table) for table in tables()]
        deletions = [f"DELETE FROM {name}" for name in names]
        with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(";".join([UNHEARD, *deletions]))
            else:
                _without_triggers(cursor, deletions)
        self.stands = False

    @transaction.atomic  # rows that point at later ones are checked at the end
    def _write(self):
        for table, rows in self.rows.items():
            table._base_manager.bulk_create(rows)
        counters = connection.ops.sequence_reset_sql(no_style(), list(self.rows))
        if counters:
            with connection.cursor() as cursor:
                cursor.execute("".join(counters))
        self.stands = True

    def _copies(self, named, table):
        rows = {row.pk: row for row in self.rows[table]}
        return {name: copy(rows[thing.pk]) for name, thing in named.items()}


@cache
def tables():
    """This will give every table whose rows come and go with tests."""
    tables = apps.get_models(include_auto_created=True)
    return [table for table in tables if table._meta.managed and table not in BY_MIGRATIONS and not table._meta.proxy]


def _without_triggers(cursor, deletions):
    for laid in (triggers, rider_triggers):
        laid.lift(connection)
    for deletion in deletions:
        cursor.execute(deletion)
    for laid in (triggers, rider_triggers):
        laid.lay(connection)


standing = Standing()

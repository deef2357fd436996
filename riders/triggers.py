"""The database's own refusal to change or forget a version of the rider that was published."""

TABLE = "riders_rider"

LAY = {
    "postgresql": [
        """
        CREATE OR REPLACE FUNCTION a_published_rider_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'a published rider never changes'; END $$
        """,
        f"""
        CREATE TRIGGER a_published_rider_never_changes BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION a_published_rider_stays()
        """,
        f"""
        CREATE TRIGGER riders_are_never_emptied BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION a_published_rider_stays()
        """,
    ],
    "sqlite": [
        f"""
        CREATE TRIGGER a_published_rider_never_changes BEFORE UPDATE ON {TABLE} WHEN OLD.published_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a published rider never changes'); END
        """,
        f"""
        CREATE TRIGGER a_published_rider_is_never_deleted BEFORE DELETE ON {TABLE} WHEN OLD.published_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a published rider never changes'); END
        """,
        # INSERT OR REPLACE would take a version away without asking the trigger above
        f"""
        CREATE TRIGGER a_published_rider_is_never_replaced BEFORE INSERT ON {TABLE}
        WHEN EXISTS (
            SELECT 1 FROM {TABLE} WHERE published_at IS NOT NULL
            AND (id = NEW.id OR version = NEW.version OR (digest = NEW.digest AND digest <> ''))
        )
        BEGIN SELECT RAISE(ABORT, 'a published rider never changes'); END
        """,  # noqa: S608 - the table's name is our own
    ],
}

LIFT = {
    "postgresql": [
        f"DROP TRIGGER IF EXISTS a_published_rider_never_changes ON {TABLE}",
        f"DROP TRIGGER IF EXISTS riders_are_never_emptied ON {TABLE}",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS a_published_rider_never_changes",
        "DROP TRIGGER IF EXISTS a_published_rider_is_never_deleted",
        "DROP TRIGGER IF EXISTS a_published_rider_is_never_replaced",
    ],
}


def lay(connection):
    """Make published versions stay as they are."""
    _run(connection, LAY)


def lift(connection):
    """Let the table be changed: for a migration that rewrites it, and for tests around their flush."""
    _run(connection, LIFT)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)

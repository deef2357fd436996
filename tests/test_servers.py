"""The throw-away servers are ours, and gone afterwards."""

import psycopg
import pytest
import redis

from tests import servers

pytestmark = pytest.mark.services


def test_a_postgres_server_lives_as_long_as_its_block():
    with servers.postgres() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=5)


def test_a_redis_server_comes_back_at_its_address():
    with servers.redis_server() as url:
        pass

    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()

    with servers.redis_server(again=url) as same:
        assert same == url
        assert redis.Redis.from_url(url).ping()


def test_an_answer_from_another_server_is_refused(monkeypatch):
    with servers.redis_server() as url:
        monkeypatch.setattr(servers, "free_port", lambda: int(url.rpartition(":")[2].partition("/")[0]))

        with pytest.raises(servers.ServerFailed):
            with servers.redis_server():
                pass

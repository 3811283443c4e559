"""Files that are exchanged while a process runs."""

import os
from pathlib import Path

import pytest
from service_kit.problems import SettingUnusable
from service_kit.watched_files import WatchedFile

pytestmark = pytest.mark.unit


def read(file: Path) -> str:
    text = file.read_text()
    if text == "broken":
        raise SettingUnusable(f"{file}: broken")
    return text


def replace(file: Path, text: str, *, time: int = 1) -> None:
    """Put another file in its place, with a time stamp of the test's choice."""
    fresh = file.with_name("fresh")
    fresh.write_text(text)
    os.utime(fresh, ns=(time, time))
    fresh.replace(file)


def test_a_file_is_read_again_only_when_it_was_replaced(tmp_path):
    file, readings = tmp_path / "keys.json", []

    def counted(path: Path) -> str:
        readings.append(path)
        return read(path)

    replace(file, "first")
    watched = WatchedFile(file, counted)

    assert [watched.content(), watched.content()] == ["first", "first"]
    replace(file, "other")  # the same length, the same time: another file all the same
    assert [watched.content(), watched.content()] == ["other", "other"]
    file.write_text("longer than the other")  # in place, as a copying operator does
    os.utime(file, ns=(1, 1))
    assert watched.content() == "longer than the other"
    assert len(readings) == 3


def test_a_link_that_points_elsewhere_is_another_file(tmp_path):
    """Kubernetes exchanges a mounted secret by moving one link."""
    for name in ("first", "other"):
        (tmp_path / name).mkdir()
        replace(tmp_path / name / "keys.json", name)
    (tmp_path / "data").symlink_to("first")
    watched = WatchedFile(tmp_path / "data" / "keys.json", read)
    (tmp_path / "fresh").symlink_to("other")
    (tmp_path / "fresh").replace(tmp_path / "data")

    assert watched.content() == "other"


def test_the_former_content_goes_on_while_the_new_file_cannot_be_used(tmp_path):
    file = tmp_path / "keys.json"
    replace(file, "first")
    watched = WatchedFile(file, read)
    replace(file, "broken", time=2)

    assert watched.content() == "first"
    file.unlink()
    assert watched.content() == "first"
    replace(file, "mended", time=3)
    assert watched.content() == "mended"


@pytest.mark.parametrize("text", [None, "broken"])
def test_a_file_that_cannot_be_used_at_first_is_named(tmp_path, text):
    file = tmp_path / "keys.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingUnusable, match=r"keys\.json"):
        WatchedFile(file, read)

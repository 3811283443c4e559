"""Objects as files: whole or not at all, private, and never outside of the folder."""

import os
import shutil
import stat
import time
from pathlib import Path

import pytest
from documents_service.storage.folder import ABANDONED_SECONDS, Folder
from documents_service.storage.objects import ObjectUnusable

KEY = "0197a6c2-5b7e-4c1d-9f30-2f7f5a1f4c11-00112233aabbccdd"

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "stored" / "documents")


def files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


async def test_what_was_put_is_given_back(folder):
    await folder.put(KEY, b"a card")

    assert await folder.get(KEY) == b"a card"


async def test_an_object_lies_in_a_shard_named_by_its_first_digits_and_nothing_else_is_left(folder, tmp_path):
    await folder.put(KEY, b"a card")
    await folder.put(KEY, b"the same card, sealed again")

    assert files(tmp_path) == [f"stored/documents/01/97/{KEY}"]
    assert await folder.get(KEY) == b"the same card, sealed again"


async def test_only_the_service_s_own_user_may_read(folder, tmp_path):
    await folder.put(KEY, b"a card")
    paths = [tmp_path / "stored" / "documents" / "01", tmp_path / "stored" / "documents" / "01" / "97" / KEY]

    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600]


async def test_a_missing_object_says_so(folder):
    with pytest.raises(ObjectUnusable) as caught:
        await folder.get(KEY)

    assert caught.value.reason == "missing"


async def test_what_cannot_be_read_as_a_file_is_unreadable(folder, tmp_path):
    (tmp_path / "stored" / "documents" / "01" / "97" / KEY).mkdir(parents=True)

    with pytest.raises(ObjectUnusable) as caught:
        await folder.get(KEY)

    assert caught.value.reason == "unreadable"


async def test_a_removed_object_is_gone_and_removing_it_again_is_no_error(folder, tmp_path):
    await folder.put(KEY, b"a card")
    await folder.remove(KEY)
    await folder.remove(KEY)

    assert files(tmp_path) == []


async def test_a_write_that_fails_leaves_nothing(folder, tmp_path):
    blocked = tmp_path / "stored" / "documents" / "01"
    blocked.write_bytes(b"a file where a folder should be")

    with pytest.raises(OSError, match="01"):
        await folder.put(KEY, b"a card")

    assert files(tmp_path) == ["stored/documents/01"]


async def test_a_volume_that_was_mounted_anew_under_the_process_is_written_to(folder, tmp_path):
    await folder.put(KEY, b"a card")
    shutil.rmtree(tmp_path / "stored" / "documents")
    (tmp_path / "stored" / "documents").mkdir()
    await folder.put(KEY, b"a card")

    assert files(tmp_path) == [f"stored/documents/01/97/{KEY}"]


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "0197/../../x", "0197A6C2-5B7E", "0197\0a6c2", "zz97a6c2-5b7e", "0197a6c2\n"]
)
async def test_what_is_not_a_key_is_refused(folder, key):
    with pytest.raises(ValueError, match="not a storage key"):
        await folder.put(key, b"a card")


async def test_files_that_a_dead_process_left_unfinished_are_removed_and_fresh_ones_are_not(tmp_path):
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    (incoming / "old").write_bytes(b"half a card")
    (incoming / "fresh").write_bytes(b"another process is writing this")
    long_ago = time.time() - ABANDONED_SECONDS - 60
    os.utime(incoming / "old", (long_ago, long_ago))
    await Folder(tmp_path).put(KEY, b"a card")

    assert files(tmp_path) == [f"01/97/{KEY}", "incoming/fresh"]

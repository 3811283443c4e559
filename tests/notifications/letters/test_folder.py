"""The folder of a batch gets its name once, whoever comes first and whatever the print provider takes away."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from notifications_service.channels.letter_folder import Batch, BatchMissing, LetterFolder, PrintedLetter

pytestmark = pytest.mark.unit

INSTANT = datetime(2026, 11, 21, 9, tzinfo=UTC)
LETTER = PrintedLetter(UUID(int=1), "posted_code", INSTANT, ("Mme Zoëlig Núñez", "61170 LE MELE"), b"%PDF-1.7")


def attempt(number: int) -> Batch:
    return Batch(UUID(int=7), "safiag", INSTANT, number)


def names(root: Path) -> list[str]:
    return sorted(file.name for file in root.iterdir())


def test_a_chosen_folder_is_published_once_though_two_workers_try_and_the_provider_takes_it(tmp_path: Path):
    root, taken = tmp_path / "letters", tmp_path / "taken"
    frozen, relief = LetterFolder(root), LetterFolder(root)
    frozen.write(attempt(1), [LETTER])  # chosen, then frozen before the folder got its name
    relief.publish(attempt(1))
    (root / attempt(1).folder).rename(taken)
    frozen.publish(attempt(1))
    relief.tidy(attempt(1).folder)

    assert names(taken) == [f"{LETTER.id}.pdf", "manifest.json"]
    assert names(root) == []


def test_a_folder_that_the_disk_has_never_seen_does_not_count_as_taken_away(tmp_path: Path):
    LetterFolder(tmp_path / "volume").write(attempt(1), [LETTER])
    (tmp_path / "empty place").mkdir()

    with pytest.raises(BatchMissing):
        LetterFolder(tmp_path / "empty place").publish(attempt(1))


def test_publishing_removes_what_other_attempts_wrote(tmp_path: Path):
    folder = LetterFolder(tmp_path)
    for number in (1, 2, 3):
        folder.write(attempt(number), [LETTER])
    folder.publish(attempt(2))

    assert names(tmp_path) == [attempt(2).folder, f"{attempt(2).folder}.2.written.tmp"]


def test_discarding_an_attempt_leaves_the_others(tmp_path: Path):
    folder = LetterFolder(tmp_path)
    folder.write(attempt(1), [LETTER])
    folder.write(attempt(2), [LETTER])
    folder.discard(attempt(1))
    folder.publish(attempt(2))

    assert names(tmp_path / attempt(2).folder) == [f"{LETTER.id}.pdf", "manifest.json"]


def test_what_lies_behind_a_link_is_neither_emptied_nor_written(tmp_path: Path):
    root, ours = tmp_path / "letters", tmp_path / "ours"
    folder, other = LetterFolder(root), Batch(UUID(int=8), "safiag", INSTANT, 1)
    for batch in (attempt(1), other):
        folder.write(batch, [LETTER])
        folder.publish(batch)
    ours.write_text("kept")
    (root / "inside").mkdir()
    (root / "inside" / "manifest.json").write_text('{"letters": []}')
    (root / "inside" / "manifest.json.tmp").symlink_to(ours)
    (root / "link").symlink_to(root / other.folder)
    for name in ("inside", "link"):
        folder.remove_pdfs(name)
        folder.remove_letters(name, [LETTER.id])

    assert ours.read_text() == "kept"
    assert names(root / other.folder) == [f"{LETTER.id}.pdf", "manifest.json"]

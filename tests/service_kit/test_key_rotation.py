"""Keys are exchanged in steps: known before they are used, kept as long as they are needed. By the operator's own commands."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from service_kit import key_material, key_rotation
from service_kit.key_files import write_keys
from service_kit.key_material import make_key_ring, make_signing_keys
from service_kit.key_rings import Cipher, Digests, KeyRing, KeyRingUnusable
from service_kit.key_rotation import RotationRefused
from service_kit.problems import SettingUnusable
from service_kit.signatures import VerificationKeys

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KNOWN, ENDED = timedelta(minutes=10), timedelta(minutes=15)


class SigningFiles:
    """A private and a public JWKS, and the steps on them."""

    def __init__(self, folder: Path) -> None:
        self.private, self.public = folder / "identity" / "keys.json", folder / "public" / "jwks.json"
        make_signing_keys(self.private, self.public)

    def add(self, now: datetime = NOW) -> str:
        return key_rotation.add_signing_key(self.private, self.public, now=now)

    def activate(self, now: datetime, *, at_once: bool = False) -> str:
        return key_rotation.activate_signing_key(self.private, self.public, now=now, at_once=at_once)

    def retire(self, now: datetime, *, at_once: bool = False) -> str:
        return key_rotation.retire_signing_keys(self.private, self.public, now=now, at_once=at_once)

    def names(self, file: Path | None = None) -> list[str]:
        return [key["kid"] for key in json.loads((file or self.private).read_text())["keys"]]


@pytest.fixture
def files(tmp_path: Path) -> SigningFiles:
    return SigningFiles(tmp_path)


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """A ring with its first key."""
    make_key_ring(tmp_path / "pepper.json")
    return tmp_path / "pepper.json"


def test_a_signing_key_is_published_then_signs_then_leaves(files):
    (first,) = files.names()
    files.add()
    _, fresh = files.names()

    assert files.names()[0] == first  # the first one signs
    assert files.names(files.public) == [first, fresh]
    files.activate(NOW + KNOWN)
    assert files.names() == files.names(files.public) == [fresh, first]
    files.retire(NOW + KNOWN + ENDED)
    assert files.names() == files.names(files.public) == [fresh]


def test_a_second_rotation_is_like_the_first(files):
    seen = []
    for turn in range(3):
        began = NOW + turn * timedelta(days=90)
        files.add(began)
        files.activate(began + KNOWN)
        files.retire(began + KNOWN + ENDED)
        seen += files.names()

    assert len(set(seen)) == 3


def test_a_key_is_not_used_before_it_is_known_everywhere(files):
    files.add()
    with pytest.raises(RotationRefused, match=r"2026-03-10 09:10:00 UTC"):
        files.activate(NOW + KNOWN - timedelta(seconds=1))

    assert "signs" in files.activate(NOW + KNOWN)


def test_a_former_key_stays_until_its_last_token_has_ended(files):
    files.add()
    files.activate(NOW + KNOWN)
    with pytest.raises(RotationRefused, match=r"2026-03-10 09:25:00 UTC"):
        files.retire(NOW + KNOWN + ENDED - timedelta(seconds=1))

    assert "gone" in files.retire(NOW + KNOWN + ENDED)


def test_the_overlap_is_longer_than_a_token_lives_and_a_cache_keeps_the_keys(files):
    longest_token, kept_by_caches = timedelta(seconds=600 + 5), timedelta(seconds=300)

    assert longest_token < ENDED == timedelta(seconds=key_rotation.OVERLAP_SECONDS)
    assert kept_by_caches < KNOWN == timedelta(seconds=key_rotation.KNOWN_SECONDS)


def test_steps_come_in_their_order(files):
    with pytest.raises(RotationRefused, match="add one"):
        files.activate(NOW)
    with pytest.raises(RotationRefused, match="no former key"):
        files.retire(NOW)
    files.add()
    with pytest.raises(RotationRefused, match="waits: activate it"):
        files.add()
    with pytest.raises(RotationRefused, match="no former key"):
        files.retire(NOW + timedelta(days=1))


def test_a_key_that_leaked_leaves_at_once(files):
    (leaked,) = files.names()
    files.add()
    files.activate(NOW, at_once=True)
    files.retire(NOW, at_once=True)

    assert leaked not in files.names() + files.names(files.public)
    assert len(files.names()) == 1


def test_a_key_that_was_added_by_hand_is_activated_by_who_knows_that_it_is_known(files):
    keys = json.loads(files.private.read_text())["keys"]
    files.add()
    keys.append(
        {name: value for name, value in json.loads(files.private.read_text())["keys"][1].items() if name != "iat"}
    )
    files.private.write_text(json.dumps({"keys": keys}))
    with pytest.raises(RotationRefused, match="--at-once"):
        files.activate(NOW + timedelta(days=1))

    files.activate(NOW, at_once=True)
    assert files.names() == [keys[1]["kid"], keys[0]["kid"]]


def test_the_public_file_tells_nothing_but_public_keys(files):
    files.add()
    files.activate(NOW + KNOWN)
    published = json.loads(files.public.read_text())

    assert [set(key) for key in published["keys"]] == [{"kty", "crv", "x", "kid", "alg", "use"}] * 2
    assert VerificationKeys.of(published)


def test_a_start_in_the_middle_of_a_rotation_changes_nothing(files):
    """`make` runs at every start, and publishes what is in the private file."""
    files.add()
    files.activate(NOW + KNOWN)
    before = files.private.read_text(), files.public.read_text()
    make_signing_keys(files.private, files.public)

    assert (files.private.read_text(), files.public.read_text()) == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kid": "a"}]}', '{"keys": [5]}'])
def test_a_file_that_is_no_private_jwks_is_left_as_it_is(files, content):
    files.private.write_text(content)
    with pytest.raises(SettingUnusable, match=r"keys\.json"):
        files.add()

    assert files.private.read_text() == content


def test_what_was_written_before_during_and_after_a_ring_rotation_is_read(ring):
    stages = [KeyRing.read(ring)]
    key_rotation.add_ring_key(ring, now=NOW)
    stages.append(KeyRing.read(ring))
    key_rotation.promote_ring_key(ring, now=NOW + KNOWN)
    stages.append(KeyRing.read(ring))
    sealed = [Cipher(stage, "x").seal(b"clear", context="row") for stage in stages]
    digests = [Digests(stage, "x").of("value") for stage in stages]

    assert [stage.current for stage in stages] == ["k1", "k1", "k2"]
    # An instance that was restarted after `add` and not yet after `promote` reads what the others write already.
    assert [Cipher(stages[1], "x").open(one, context="row") for one in sealed] == [b"clear"] * 3
    assert set(digests) == set(Digests(stages[1], "x").all_of("value"))


def test_a_ring_key_is_not_promoted_before_every_instance_may_know_it(ring):
    key_rotation.add_ring_key(ring, now=NOW)
    with pytest.raises(RotationRefused, match=r"09:10:00"):
        key_rotation.promote_ring_key(ring, now=NOW + KNOWN - timedelta(seconds=1))
    with pytest.raises(RotationRefused, match="k2 waits"):
        key_rotation.add_ring_key(ring, now=NOW)
    key_rotation.promote_ring_key(ring, now=NOW, at_once=True)

    assert KeyRing.read(ring).current == "k2"
    with pytest.raises(RotationRefused, match="add one"):
        key_rotation.promote_ring_key(ring, now=NOW + timedelta(days=1))


def test_a_ring_key_leaves_only_when_somebody_says_that_nothing_needs_it(ring):
    key_rotation.add_ring_key(ring, now=NOW)
    key_rotation.promote_ring_key(ring, now=NOW + KNOWN)
    sealed = Cipher(KeyRing({"k1": bytes(32)}, "k1"), "x").seal(b"clear", context="row")
    for key_id, unused, reason in (("k2", True, "current"), ("k9", True, "no key k9"), ("k1", False, "--unused")):
        with pytest.raises(RotationRefused, match=reason):
            key_rotation.retire_ring_key(ring, key_id, unused=unused)
    key_rotation.retire_ring_key(ring, "k1", unused=True)

    assert KeyRing.read(ring).ids() == ["k2"]
    with pytest.raises(KeyRingUnusable):
        Cipher(KeyRing.read(ring), "x").open(sealed, context="row")


def test_the_name_of_a_key_that_left_is_not_given_again(ring):
    for number in range(2, 5):
        key_rotation.add_ring_key(ring, now=NOW)
        key_rotation.promote_ring_key(ring, now=NOW, at_once=True)
        key_rotation.retire_ring_key(ring, f"k{number - 1}", unused=True)

    assert KeyRing.read(ring).ids() == ["k4"]


def test_a_file_keeps_its_mode_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "keys.json"
    write_keys(file, {"a": 1})
    private = file.stat().st_mode & 0o777
    file.chmod(0o640)
    (tmp_path / "keys.json.new").write_text("of a run that was cut short")
    write_keys(file, {"a": 2})

    assert (private, file.stat().st_mode & 0o777) == (0o600, 0o640)
    assert json.loads(file.read_text()) == {"a": 2}
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_left_as_it_is(tmp_path):
    file = tmp_path / "keys.json"
    write_keys(file, {"a": 1})
    with pytest.raises(TypeError):
        write_keys(file, {"a": object()})

    assert json.loads(file.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [file]


def command(*arguments: object) -> tuple[int, str, str]:
    line = [sys.executable, "-m", "service_kit.key_material", *map(str, arguments)]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_an_operator_rotates_with_the_commands_and_is_told_each_next_step(tmp_path):
    command("make", tmp_path, "identity", "--access-token-signer", "identity", "--pepper", "identity")
    private, public = tmp_path / "identity" / "access-token-keys.json", tmp_path / "public" / "access-token-jwks.json"
    ring = tmp_path / "identity" / "pepper.json"
    steps: list[tuple[Any, ...]] = [
        (0, "from .* UTC on: activate", ("rotate-signing", private, public, "add")),
        (1, "refused: .* before .* UTC", ("rotate-signing", private, public, "activate")),
        (0, "signs. From .* UTC on", ("rotate-signing", private, public, "activate", "--at-once")),
        (1, "refused: tokens .* until .* UTC", ("rotate-signing", private, public, "retire")),
        (0, "gone", ("rotate-signing", private, public, "retire", "--at-once")),
        (0, "k2 .* on: promote", ("rotate-ring", ring, "add")),
        (1, "refused: key k2", ("rotate-ring", ring, "promote")),
        (0, "k2 is current", ("rotate-ring", ring, "promote", "--at-once")),
        (1, "refused: .* --unused", ("rotate-ring", ring, "retire", "k1")),
        (0, "gone: k1", ("rotate-ring", ring, "retire", "k1", "--unused")),
        (2, "nowhere", ("rotate-ring", tmp_path / "nowhere", "add")),
    ]
    for status, said, arguments in steps:
        ended, output, errors = command(*arguments)

        assert (arguments[-2:], ended) == (arguments[-2:], status)
        assert re.search(said, errors if status else output), (arguments, output, errors)
    assert key_material.LABEL not in KeyRing.read(ring).ids()


def test_the_commands_of_the_operating_guide_are_those_that_there_are(tmp_path):
    command("make", tmp_path, "identity", "--access-token-signer", "identity", "--pepper", "identity")
    guide = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    documented = [line.partition("#")[0].split()[1:] for line in guide.splitlines() if line.startswith("$rotate ")]
    ended = [command(*(tmp_path / word if word.endswith(".json") else word for word in line)) for line in documented]

    assert {line[0] for line in documented} == {"rotate-signing", "rotate-ring"}
    assert [(status, errors) for status, _, errors in ended] == [(0, "")] * len(documented)

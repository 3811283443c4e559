"""Encryption in front of the storage: nothing to read in the folder, nothing altered is given back."""

import hashlib
from pathlib import Path

import pytest
from documents_service.storage.folder import Folder
from documents_service.storage.objects import ObjectUnusable
from documents_service.storage.vault import Vault
from service_kit.key_rings import KeyRing

KEY = "0197a6c2-5b7e-4c1d-9f30-2f7f5a1f4c11-00112233aabbccdd"
OTHER = "0297a6c2-5b7e-4c1d-9f30-2f7f5a1f4c11-00112233aabbccdd"
CONTENT = b"1 74 02 57 519 276 20 " * 100
SHA256 = hashlib.sha256(CONTENT).digest()

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def vault(folder: Folder) -> Vault:
    return Vault(folder, KeyRing({"k1": b"1" * 32}, "k1"))


async def reason_of(vault: Vault, key: str = KEY, sha256: bytes = SHA256) -> str:
    with pytest.raises(ObjectUnusable) as caught:
        await vault.get(key, sha256=sha256)
    return caught.value.reason


async def test_a_document_is_given_back_as_it_was(vault):
    await vault.put(KEY, CONTENT)

    assert await vault.get(KEY, sha256=SHA256) == CONTENT


async def test_the_folder_holds_nothing_to_read(vault, folder):
    await vault.put(KEY, CONTENT)

    assert b"74 02 57" not in await folder.get(KEY)


@pytest.mark.parametrize("place", [0, 1, 5, 20, 500, -1])
async def test_one_altered_byte_is_noticed_wherever_it_is(vault, folder, place):
    await vault.put(KEY, CONTENT)
    altered = bytearray(await folder.get(KEY))
    altered[place] ^= 0x80
    await folder.put(KEY, bytes(altered))

    assert await reason_of(vault) == "altered"


@pytest.mark.parametrize("length", [0, 2, 10, 1000])
async def test_an_object_that_was_cut_short_is_noticed(vault, folder, length):
    await vault.put(KEY, CONTENT)
    await folder.put(KEY, (await folder.get(KEY))[:length])

    assert await reason_of(vault) == "altered"


async def test_an_object_moved_to_another_key_does_not_pass_for_it(vault, folder):
    await vault.put(KEY, CONTENT)
    await folder.put(OTHER, await folder.get(KEY))

    assert await reason_of(vault, OTHER) == "altered"


async def test_a_document_that_is_not_the_one_on_record_is_not_given_back(vault):
    await vault.put(KEY, b"another card")

    assert await reason_of(vault) == "altered"


async def test_documents_under_a_former_key_stay_readable_and_are_not_without_it(vault, folder):
    await vault.put(KEY, CONTENT)
    rotated = Vault(folder, KeyRing({"k1": b"1" * 32, "k2": b"2" * 32}, "k2"))
    without = Vault(folder, KeyRing({"k2": b"2" * 32}, "k2"))

    assert await rotated.get(KEY, sha256=SHA256) == CONTENT
    assert await reason_of(without) == "altered"

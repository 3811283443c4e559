"""What is left of a file that somebody sends: what it shows, and nothing that acts, hides or tells more."""

import io
import warnings
from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest
from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.clean_pdf import clean_pdf
from contracts_service.security.clean_photo import clean_photo
from contracts_service.security.file_kinds import kind_of
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support import document_files as files

pytestmark = pytest.mark.unit

FORBIDDEN = (
    *(b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/URI", b"/SubmitForm", b"/GoToR", b"/EmbeddedFile"),
    *(
        b"/Filespec",
        b"/AcroForm",
        b"/XFA",
        b"/RichMedia",
        b"/Annot",
        b"/Names",
        b"/Metadata",
        b"/Author",
        b"/PS",
        b"/Info",
    ),
    *(files.CANARY.encode(), b"evil.example", b"cmd.exe", b"MZ"),
)


@pytest.fixture(autouse=True)
def others_warnings_and_limits_stay() -> Iterator[None]:
    """Clean in this process; what the cleaner's own process sets for itself is put back."""
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        yield
    Image.MAX_IMAGE_PIXELS = before


def unpacked(pdf: bytes) -> bytes:
    """Return a PDF with everything that was compressed in sight."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            written, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False, qdf=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )  # fmt: skip
    return written.getvalue()


def words_of(pdf: bytes) -> str:
    opened = pypdfium2.PdfDocument(pdf)
    page = opened[0]
    text = page.get_textpage()
    found: str = text.get_text_range()
    for one in (text, page, opened):
        one.close()
    return found


def cleaned(raw: bytes) -> bytes:
    kind = kind_of(raw)
    return clean_pdf(raw) if kind == "pdf" else clean_photo(raw, kind)


def refusal_of(raw: bytes) -> str:
    with pytest.raises(DocumentRefused) as refused:
        cleaned(raw)
    return refused.value.code


def test_of_an_armed_pdf_only_what_it_shows_is_left():
    armed = files.armed_pdf()
    clean = clean_pdf(armed)

    assert [word for word in FORBIDDEN if word not in unpacked(armed)] == []
    assert [word for word in FORBIDDEN if word in unpacked(clean)] == []
    assert words_of(clean) == files.WORDS
    with pikepdf.open(io.BytesIO(clean)) as opened:
        assert sorted(opened.Root.keys()) == ["/Pages", "/Type"]
        assert sorted(opened.pages[0].obj.keys()) == ["/Contents", "/MediaBox", "/Parent", "/Resources", "/Type"]
        assert len(opened.attachments) == 0


def test_what_is_cleaned_again_stays_as_it_is():
    clean = clean_pdf(files.armed_pdf())

    assert clean_pdf(clean) == clean


def test_what_stands_in_a_forms_field_is_drawn_on_the_page():
    clean = clean_pdf(files.filled_form())

    assert "Rempli par le membre" in words_of(clean)
    assert b"/Widget" not in unpacked(clean)


@pytest.mark.parametrize("name", ["A", "AA", "URI", "Names"])
def test_a_font_may_have_the_name_of_an_action(name: str):
    pdf = files.pdf_with()
    page = pdf.pages[0].obj
    page.Resources.Font = pikepdf.Dictionary({f"/{name}": page.Resources.Font.F1})
    page.Contents = pdf.make_stream(f"BT /{name} 24 Tf 72 700 Td (Bonjour) Tj ET".encode())

    assert words_of(clean_pdf(files.bytes_of(pdf))) == "Bonjour"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "document-empty"),
        (b"GIF89a" + bytes(50), "document-type"),
        (b"<html><script>alert(1)</script></html>", "document-type"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(50), "document-type"),
        (files.good_pdf()[:-40], "document-unreadable"),
        (files.good_pdf().replace(b"startxref", b"startxxxx"), "document-unreadable"),
        (b"%PDF-1.7\n%%EOF\n", "document-unreadable"),
        (files.encrypted_pdf("secret"), "document-encrypted"),
        (files.encrypted_pdf(""), "document-encrypted"),
        (files.good_pdf(pages=51), "document-too-many-pages"),
        (files.pdf_with_image(20_000), "document-too-heavy"),
        (files.good_pdf() + files.archive(), "document-mixed"),
        (files.good_pdf() + b"<script>", "document-mixed"),
        (files.photo("JPEG") + files.archive(), "document-mixed"),
        (files.photo("JPEG") + files.good_pdf(), "document-mixed"),
        (files.photo("PNG") + b"<?php system('id') ?>", "document-mixed"),
        (files.photo("JPEG")[:200], "document-unreadable"),
        (files.photo("PNG")[:-30], "document-unreadable"),
        (files.HEIC.read_bytes()[:400], "document-unreadable"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_is_asked_for_is_refused(raw: bytes, code: str):
    assert refusal_of(raw) == code


def test_a_pdf_in_the_first_bytes_of_a_photo_is_refused():
    raw = files.photo("JPEG")
    hidden = raw[:2] + b"\xff\xfe\x00\x20<script>alert(1)</script>" + bytes(5) + raw[2:]

    assert refusal_of(hidden) == "document-mixed"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIC"])
def test_of_a_photo_only_its_pixels_are_left(kind: str):
    raw = files.HEIC.read_bytes() if kind == "HEIC" else files.photo(kind)
    clean = clean_photo(raw, kind_of(raw))
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.format == "JPEG"
        assert dict(picture.getexif()) == {}
        assert {"exif", "comment", "icc_profile", "xmp"} & picture.info.keys() == set()
        upright = picture.convert("RGB")

    assert b"Exif" in raw or kind == "PNG"
    assert files.CANARY.encode() not in clean
    assert b"CanariPhone" not in clean
    # Held sideways, what was left is on top.
    red = (10, 50) if kind == "HEIC" else (30, 10)
    assert upright.size == ((96, 64) if kind == "HEIC" else (60, 90))
    shade = upright.getpixel(red)
    assert isinstance(shade, tuple)
    assert shade[0] > 180
    assert shade[1] < 60


def test_a_photo_becomes_no_larger_than_a_sheet_of_paper_needs():
    raw = files.photo("JPEG", size=(6000, 4000), orientation=1)
    with Image.open(io.BytesIO(clean_photo(raw, "jpeg"))) as picture:
        size = picture.size

    assert size == (3000, 2000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_photos_of_every_mode_are_taken(mode: str):
    written = io.BytesIO()
    Image.new(mode, (20, 10)).save(written, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(io.BytesIO(clean_photo(written.getvalue(), kind_of(written.getvalue())))) as picture:
        mode_then, size = picture.mode, picture.size

    assert (mode_then, size) == ("RGB", (20, 10))


@given(st.binary(max_size=400), st.sampled_from([b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_sent_is_cleaned_or_refused_by_a_code(raw: bytes, beginning: bytes):
    assert refusal_of(beginning + raw).startswith("document-")

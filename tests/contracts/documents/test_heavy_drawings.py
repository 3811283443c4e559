"""PDFs of a few kilobytes that would keep a viewer busy for ever, or feed a decoder that nobody trusts, are refused."""

import time

import pytest
from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.clean_pdf import clean_pdf
from pikepdf import Dictionary, Name, Object, Pdf

from tests.support import document_files as files

pytestmark = pytest.mark.unit


def refusal_of(pdf: Pdf) -> str:
    with pytest.raises(DocumentRefused) as refused:
        clean_pdf(files.bytes_of(pdf))
    return refused.value.code


def form(pdf: Pdf, content: bytes, **entries: object) -> Object:
    return pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 100, 100], **entries)


def nested(pdf: Pdf, *, levels: int, times: int) -> Object:
    """Return a form that draws another one so many times, which draws another one …"""
    drawn = form(pdf, b"0 0 1 1 re f")
    for _ in range(levels - 1):
        drawn = form(pdf, b"/X Do " * times, Resources=Dictionary(XObject=Dictionary(X=drawn)))
    return drawn


def drawing(pdf: Pdf, content: bytes, **resources: object) -> Pdf:
    page = pdf.pages[0].obj
    page.Contents, page.Resources = pdf.make_stream(content), Dictionary(**resources)
    return pdf


def drawing_form(levels: int, times: int) -> Pdf:
    pdf = files.pdf_with()
    return drawing(pdf, b"/X Do", XObject=Dictionary(X=nested(pdf, levels=levels, times=times)))


def drawing_itself() -> Pdf:
    pdf = files.pdf_with()
    one = form(pdf, b"/X Do")
    one.Resources = Dictionary(XObject=Dictionary(X=one))
    return drawing(pdf, b"/X Do", XObject=Dictionary(X=one))


def drawing_by_names_of_the_page() -> Pdf:
    pdf = files.pdf_with()
    forms = {f"/X{level}": form(pdf, b"/X%d Do " % (level + 1) * 10, Resources=Dictionary()) for level in range(15)}
    return drawing(pdf, b"/X0 Do", XObject=Dictionary(forms))


def drawing_patterns() -> Pdf:
    pdf = files.pdf_with()
    drawn = form(pdf, b"0 0 1 1 re f")
    for _ in range(10):
        resources = Dictionary(Pattern=Dictionary(P=drawn))
        drawn = pdf.make_stream(b"/P scn 0 0 9 9 re f " * 10, PatternType=1, PaintType=1, Resources=resources)
    return drawing(pdf, b"/Pattern cs /P scn 0 0 9 9 re f", Pattern=Dictionary(P=drawn))


def drawing_masks() -> Pdf:
    pdf = files.pdf_with()
    drawn = form(pdf, b"0 0 1 1 re f")
    for _ in range(10):
        state = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=drawn))
        drawn = form(pdf, b"/G gs 0 0 9 9 re f " * 10, Resources=Dictionary(ExtGState=Dictionary(G=state)))
    return drawing(pdf, b"/X Do", XObject=Dictionary(X=drawn))


def writing_with_glyphs_that_draw() -> Pdf:
    pdf = files.pdf_with()
    glyph = pdf.make_stream(b"9 0 d0 /X Do")
    resources = Dictionary(XObject=Dictionary(X=nested(pdf, levels=2, times=9)))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type3, CharProcs=Dictionary(a=glyph), Resources=resources)
    return drawing(pdf, b"BT /F 9 Tf (aaaa) Tj ET", Font=Dictionary(F=pdf.make_indirect(font)))


@pytest.mark.parametrize(
    "pdf",
    [
        drawing_form(levels=30, times=10),
        drawing_form(levels=25, times=1),
        drawing_itself(),
        drawing_by_names_of_the_page(),
        drawing_patterns(),
        drawing_masks(),
        writing_with_glyphs_that_draw(),
    ],
    ids=["10^29 forms", "too deep", "itself", "names of the page", "patterns", "masks", "glyphs"],
)
def test_what_multiplies_in_a_viewer_is_refused_and_at_once(pdf: Pdf):
    began = time.process_time()

    assert refusal_of(pdf) == "document-too-heavy"
    assert time.process_time() - began < 2


def test_forms_as_programs_make_them_are_kept():
    pdf = drawing_form(levels=4, times=12)

    assert clean_pdf(files.bytes_of(pdf)).startswith(b"%PDF-")


@pytest.mark.parametrize("codec", ["JBIG2Decode", "JPXDecode"])
def test_images_that_only_a_risky_decoder_reads_are_refused(codec: str):
    pdf = files.pdf_with()
    picture = pdf.make_stream(b"\x97JB2" * 9, Type=Name.XObject, Subtype=Name.Image, Width=9, Height=9)
    picture.Filter = Name(f"/{codec}")

    assert refusal_of(drawing(pdf, b"/I Do", XObject=Dictionary(I=picture))) == "document-images"


def test_such_an_image_in_the_midst_of_a_page_is_refused_as_well():
    content = b"q BI /W 9 /H 9 /BPC 1 /CS /G /F /JBIG2Decode ID " + b"\x97JB2" * 9 + b" EI Q"

    assert refusal_of(drawing(files.pdf_with(), content)) == "document-images"

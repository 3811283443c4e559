"""A photo, written anew: what is kept are pixels that we have encoded, upright, of a bounded size. Used by `cleaning_process`.

Nothing else of the file survives: no place where it was taken (EXIF, XMP), no thumbnail, no comment, no colour profile, no second
picture. Photos of every kind become JPEG.
"""

import io
import warnings

import pi_heif
from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin
from PIL.ExifTags import Base

from contracts_service.domain.document_refusals import DocumentRefused
from contracts_service.security.file_kinds import Kind

MOST_PIXELS: dict[Kind, int] = {
    "jpeg": 200_000_000,
    "png": 25_000_000,
    "heic": 25_000_000,
}  # telephones' HEIC: 24 million
MOST_DECODED_PIXELS = 50_000_000  # a JPEG is read at a fraction of its size
LONGEST_SIDE = 3000  # pixels: 250 to the inch of a sheet of A4
QUALITY = 85
LOADED_LATE = (MpoImagePlugin, TiffImagePlugin)  # by Pillow itself, when a photo has a second picture, or EXIF
FORMATS: dict[Kind, tuple[str, ...]] = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "heic": ("HEIF",)}


def prepare(kind: Kind) -> None:
    """Load what reads and writes such photos: once the process is confined, nothing can be loaded any more."""
    Image.preinit()
    if kind == "heic":
        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)


def clean_photo(raw: bytes, kind: Kind) -> bytes:
    """Return the photo as a JPEG without anything but its pixels; raise DocumentRefused."""
    warnings.simplefilter("ignore")  # what is odd about somebody's file is not told to anybody
    Image.MAX_IMAGE_PIXELS = None  # the limits are below, per kind
    prepare(kind)
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS[kind]) as photo:
            return _written_anew(photo, kind)
    except (DocumentRefused, MemoryError):
        raise
    except Exception:  # decoders raise whatever they like at broken files
        raise DocumentRefused("document-unreadable") from None


def _written_anew(photo: Image.Image, kind: Kind) -> bytes:
    width, height = photo.size
    if width * height > MOST_PIXELS[kind]:
        raise DocumentRefused("document-too-heavy")
    photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of a JPEG, no more than needed is decoded
    if photo.width * photo.height > MOST_DECODED_PIXELS:
        raise DocumentRefused("document-too-heavy")
    photo.load()
    sheet = _on_white(photo)
    ImageOps.exif_transpose(sheet, in_place=True)
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=None, comment=b"")
    return written.getvalue()


def _on_white(photo: Image.Image) -> Image.Image:
    """Return the pixels as RGB, made smaller as soon as can be; what is transparent becomes white, as on paper."""
    exif = photo.getexif()
    if photo.mode.startswith("I"):  # 16 bits of grey
        photo = photo.point(lambda value: value / 256).convert("L")
    if photo.mode == "P" or "transparency" in photo.info:
        photo = photo.convert("RGBA")
    if photo.mode != "1":
        photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", photo.size, "white")
    sheet.paste(photo.convert("RGB"), mask=photo.getchannel("A") if "A" in photo.getbands() else None)
    sheet.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    sheet.getexif()[Base.Orientation] = exif.get(Base.Orientation, 1)
    return sheet

"""Takes out of a PDF's pages whatever has the shape of an action, a file or metadata, and measures what streams unfold to.

Used by `clean_pdf`, after everything but the pages' own drawing has stayed behind: what is found here was put where no viewer
looks, or slipped in by a reference.
"""

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from contracts_service.domain.document_refusals import DocumentRefused

MOST_UNFOLDED = 128 * 1024 * 1024  # bytes of all streams together
MOST_IMAGE_PIXELS = 50_000_000
MOST_PIXELS = 600_000_000  # fifty sheets of A4 at 300 to the inch, and some more
MOST_OBJECTS = 100_000

MAPS = {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/CharProcs"}
"""Dictionaries whose keys are names that a page's author chose: what they mean elsewhere, they do not mean there."""

KEYS = {
    *(
        "/A",
        "/AA",
        "/OpenAction",
        "/JS",
        "/JavaScript",
        "/URI",
        "/Launch",
        "/Annots",
        "/AcroForm",
        "/XFA",
        "/Dests",
        "/Dest",
    ),
    *("/AF", "/EF", "/RF", "/FS", "/EmbeddedFiles", "/Names", "/Outlines", "/RichMediaContent", "/Movie", "/Sound"),
    *("/Metadata", "/PieceInfo", "/LastModified", "/Info", "/Properties", "/OC", "/StructParent", "/StructParents"),
    *("/OPI", "/Alternates", "/Measure", "/PtData", "/Thumb", "/Perms"),
}
STREAM_KEYS = {"/F", "/FFilter", "/FDecodeParms", "/Ref", "/PS"}  # a stream's content in another file, or from one
TYPES = {
    *("/Action", "/Annot", "/Filespec", "/EmbeddedFile", "/Metadata", "/Catalog", "/Outlines", "/Sig", "/DocTimeStamp"),
    *("/F", "/Rendition", "/MediaClip", "/3D", "/RichMediaContent"),
}
ACTIONS = {
    *(
        "/JavaScript",
        "/Launch",
        "/URI",
        "/SubmitForm",
        "/ResetForm",
        "/ImportData",
        "/GoTo",
        "/GoToR",
        "/GoToE",
        "/GoToDp",
    ),
    *("/Thread", "/Sound", "/Movie", "/Hide", "/Named", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView"),
    *("/RichMediaExecute",),
}
IMAGE_CODECS = {"/DCTDecode", "/DCT", "/CCITTFaxDecode", "/CCF"}
REFUSED_CODECS = {
    "/JPXDecode",
    "/JBIG2Decode",
}  # viewers' decoders of these have been taken over before, by the file alone


def strip_leftovers(fresh: Pdf) -> None:
    """Strip all that `fresh` reaches; raise DocumentRefused (`document-too-heavy`) for what unfolds to too much."""
    _Walk(fresh).run()


class _Walk:
    def __init__(self, fresh: Pdf) -> None:
        self._fresh = fresh
        self._seen: set[tuple[tuple[int, int], bool]] = set()
        self._unfolded = self._pixels = 0

    def run(self) -> None:
        waiting: list[tuple[Object, bool]] = [(page.obj, False) for page in self._fresh.pages]
        while waiting:
            one, is_map = waiting.pop()
            if self._is_known(one, is_map):
                continue
            if isinstance(one, Stream):
                self._measure(one)
            waiting += _strip(one, is_map=is_map)

    def _is_known(self, one: Object, is_map: bool) -> bool:
        if not one.is_indirect:
            return False
        known = (one.objgen, is_map)
        if known in self._seen:
            return True
        self._seen.add(known)
        if len(self._seen) > MOST_OBJECTS:
            raise DocumentRefused("document-too-heavy")
        return False

    def _measure(self, stream: Stream) -> None:
        self._unfolded += len(_unfolded(self._fresh, stream))
        if stream.get(Name.Subtype) == Name.Image:
            pixels = int(stream.Width) * int(stream.Height)
            self._pixels += pixels
            if pixels > MOST_IMAGE_PIXELS:
                raise DocumentRefused("document-too-heavy")
        if self._unfolded > MOST_UNFOLDED or self._pixels > MOST_PIXELS:
            raise DocumentRefused("document-too-heavy")


def _unfolded(fresh: Pdf, stream: Stream) -> bytes:
    """Return a stream's content as far as it is not an image's code: that one is measured by its pixels."""
    filters, parameters = _listed(stream.get(Name.Filter)), _listed(stream.get(Name.DecodeParms))
    if any(str(one) in REFUSED_CODECS for one in filters):
        raise DocumentRefused("document-images")
    if not any(str(one) in IMAGE_CODECS for one in filters):
        return stream.read_bytes()
    if any(str(one) in IMAGE_CODECS for one in filters[:-1]):
        raise DocumentRefused("document-unreadable")
    raw = stream.read_raw_bytes()
    if len(filters) == 1:
        return raw
    before = Stream(fresh, raw)
    before.Filter = Array(filters[:-1])
    if parameters:
        before.DecodeParms = Array(parameters[:-1])
    return before.read_bytes()


def _listed(value: Object | None) -> list[Object]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _strip(one: Object, *, is_map: bool) -> Iterator[tuple[Object, bool]]:
    """Strip one object and yield what it holds."""
    if isinstance(one, Array):
        for place in range(len(one) - 1, -1, -1):
            value = one[place]
            if _is_unwanted(value):
                del one[place]
            elif isinstance(value, (Array, Dictionary, Stream)):
                yield value, False
    elif isinstance(one, (Dictionary, Stream)):
        for key in list(one.keys()):
            value = one[key]
            if (
                _is_unwanted_key(one, key, is_map=is_map)
                or _is_unwanted(value)
                or (is_map and isinstance(value, String))
            ):
                del one[key]
            elif isinstance(value, (Array, Dictionary, Stream)) and key != Name.Parent:
                yield value, not is_map and key in MAPS


def _is_unwanted_key(holder: Object, key: str, *, is_map: bool) -> bool:
    return (not is_map and key in KEYS) or (isinstance(holder, Stream) and key in STREAM_KEYS)


def _is_unwanted(value: object) -> bool:
    if not isinstance(value, (Dictionary, Stream)):
        return False
    return (
        str(value.get(Name.Type)) in TYPES
        or str(value.get(Name.S)) in ACTIONS
        or (isinstance(value, Stream) and value.get(Name.Subtype) == Name.PS)
    )

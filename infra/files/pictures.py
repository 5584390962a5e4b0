"""Makes pictures ready to be kept: decoded within limits, upright, stripped, encoded anew in every size."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from threading import Lock
from types import MappingProxyType

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from domain.catalog.images import SIZES, Picture
from domain.errors import Detail, Invalid

MEDIA_TYPE = "image/webp"
#: How many pixels are decoded at most; a file of a few bytes can hold far more.
MOST_PIXELS = 40_000_000

_FORMATS = ("JPEG", "PNG", "WEBP")
_LONGEST = SIZES["full"]
#: Good to look at; slower methods take twice the time to save a thirtieth of the bytes.
_QUALITY, _METHOD = 82, 2
_SRGB = ImageCms.createProfile("sRGB")

#: How a picture is turned upright, by what its camera noted of its orientation.
_TURNS: Mapping[int, Image.Transpose] = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)


class Darkroom:
    """Prepares pictures. A large one takes hundreds of megabytes meanwhile: a process does one at a time."""

    def __init__(self) -> None:
        self._turn = Lock()

    def prepare(self, file: bytes) -> Picture:
        """A JPEG, PNG or WebP file as it is kept: nothing of it but what is seen. Takes tenths of a second.

        Of a moving picture only the first frame is left. Raises Invalid, naming `file`.
        """
        sizes = {}
        with self._turn:
            picture = _decode(file)
            width, height = picture.size
            for name, longest in SIZES.items():
                _shrink(picture, longest)
                sizes[name] = _encode(picture)
        return Picture(
            content_hash=sha256(sizes["full"]).hexdigest(),
            media_type=MEDIA_TYPE,
            width=width,
            height=height,
            sizes=sizes,
        )


def _decode(file: bytes) -> Image.Image:
    """The picture in a file, at most as large as it is kept, upright, in sRGB. Raises Invalid."""
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            _check_size(opened)
            return _developed(opened)
    except UnidentifiedImageError:
        raise _refused(Detail("file", "not_a_picture", "Must be a JPEG, PNG or WebP file.")) from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (Invalid, MemoryError):
        raise
    except Exception as error:
        # Decoders meet damaged files with whatever error they run into, and none of it is about us.
        raise _refused(
            Detail("file", "damaged", "The picture cannot be read: the file is damaged.")
        ) from error


def _check_size(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many_pixels()


def _developed(opened: Image.Image) -> Image.Image:
    # A JPEG is decoded at once to a fraction of its size if that is still large enough.
    opened.draft(None, (_LONGEST, _LONGEST))
    opened.load()
    turn, profile = _TURNS.get(_orientation(opened)), opened.info.get("icc_profile")
    picture = _blendable(opened)
    _shrink(picture, _LONGEST)
    if turn is not None:
        picture = picture.transpose(turn)
    return _in_srgb(picture, profile)


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 notes of a camera that cannot be read are no reason to refuse its picture
        return 1


def _blendable(opened: Image.Image) -> Image.Image:
    """The picture in a mode in which neighbouring pixels mix: no palette, no bits, no 16-bit greys."""
    if opened.mode.startswith("I"):
        return opened.point(lambda value: value * (1 / 257)).convert("L")
    mode = "RGBA" if opened.has_transparency_data else "RGB" if opened.mode in ("1", "P") else opened.mode
    return opened if opened.mode == mode else opened.convert(mode)


def _shrink(picture: Image.Image, longest: int) -> None:
    """Make it no longer than that on its longer side; it is never enlarged."""
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as they were meant, for screens that are told nothing about them."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            meant = ImageCms.ImageCmsProfile(BytesIO(profile))
            mended = ImageCms.profileToProfile(picture, meant, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            mended = None
        if mended is not None:
            return mended
    return picture.convert(mode)


def _encode(picture: Image.Image) -> bytes:
    """Its bytes, without anything that the file said beside the pixels."""
    picture.info.clear()
    encoded = BytesIO()
    picture.save(encoded, "WEBP", quality=_QUALITY, method=_METHOD)
    return encoded.getvalue()


def _refused(detail: Detail) -> Invalid:
    return Invalid(details=[detail])


def _too_many_pixels() -> Invalid:
    most = f"Has more than {MOST_PIXELS // 1_000_000} million pixels."
    return _refused(Detail("file", "too_many_pixels", most))

"""What becomes of a file that somebody brings as a picture."""

from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from domain.catalog.images import SIZES, Picture
from domain.errors import Invalid
from infra.files.pictures import Darkroom

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 200, 30), (30, 30, 200), (255, 255, 255)
Colour = tuple[int, ...]


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def quarters(width: int = 400, height: int = 200) -> Image.Image:
    """Red above white on the left, green above blue on the right."""
    image = Image.new("RGB", (2, 2))
    for corner, colour in (((0, 0), RED), ((1, 0), GREEN), ((0, 1), WHITE), ((1, 1), BLUE)):
        image.putpixel(corner, colour)
    return image.resize((width, height), Image.Resampling.NEAREST)


def prepared(file: bytes) -> Picture:
    return Darkroom().prepare(file)


def decoded(picture: Picture, size: str = "full") -> Image.Image:
    return Image.open(BytesIO(picture.sizes[size]))


def corners(image: Image.Image) -> tuple[Colour, ...]:
    """The colours in the middle of the four quarters: above left, above right, below left, below right."""
    shown = image.convert("RGB")
    columns, rows = (image.width // 4, image.width * 3 // 4), (image.height // 4, image.height * 3 // 4)
    return tuple(shown.getpixel((x, y)) for y in rows for x in columns)  # type: ignore[misc]


def alike(ones: tuple[Colour, ...], others: tuple[Colour, ...], within: int = 12) -> bool:
    pairs = zip(ones, others, strict=True)
    return all(abs(a - b) <= within for one, other in pairs for a, b in zip(one, other, strict=True))


def refusal_of(file: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        prepared(file)
    (detail,) = refused.value.details
    assert detail["field"] == "file"
    assert detail["message"]
    return detail["code"]


class TestSizes:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_each_kind_is_kept_in_three_sizes(self, kind: str) -> None:
        picture = prepared(encoded(quarters(3000, 1500), kind))
        assert (picture.width, picture.height) == (2048, 1024)
        expected = {"full": (2048, 1024), "medium": (640, 320), "thumb": (160, 80)}
        assert {size: decoded(picture, size).size for size in SIZES} == expected
        for size in SIZES:
            assert decoded(picture, size).format == "WEBP"
            assert alike(corners(decoded(picture, size)), (RED, GREEN, WHITE, BLUE)), size

    def test_nothing_is_enlarged(self) -> None:
        picture = prepared(encoded(quarters(300, 150), "PNG"))
        sizes = {size: decoded(picture, size).size for size in SIZES}
        assert sizes == {"full": (300, 150), "medium": (300, 150), "thumb": (160, 80)}

    @pytest.mark.parametrize(("width", "height"), [(1, 1), (5000, 1), (1, 5000), (2048, 2048), (2049, 2047)])
    def test_odd_sizes(self, width: int, height: int) -> None:
        picture = prepared(encoded(quarters(width, height), "PNG"))
        assert max(picture.width, picture.height) == min(max(width, height), 2048)
        assert min(picture.width, picture.height) >= 1
        assert max(decoded(picture, "thumb").size) == min(max(width, height), 160)

    def test_the_same_file_becomes_the_same_picture(self) -> None:
        file = encoded(quarters(), "JPEG")
        assert prepared(file) == prepared(file)
        assert prepared(file).content_hash != prepared(encoded(quarters(402, 200), "JPEG")).content_hash


class TestWhatIsSeen:
    @pytest.mark.parametrize(
        ("orientation", "turned"),
        [
            (1, (RED, GREEN, WHITE, BLUE)),
            (2, (GREEN, RED, BLUE, WHITE)),
            (3, (BLUE, WHITE, GREEN, RED)),
            (4, (WHITE, BLUE, RED, GREEN)),
            (5, (RED, WHITE, GREEN, BLUE)),
            (6, (WHITE, RED, BLUE, GREEN)),
            (7, (BLUE, GREEN, WHITE, RED)),
            (8, (GREEN, BLUE, RED, WHITE)),
        ],
    )
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_a_camera_held_sideways_makes_no_sideways_picture(
        self, kind: str, orientation: int, turned: tuple[Colour, ...]
    ) -> None:
        noted = Image.Exif()
        noted[ExifTags.Base.Orientation] = orientation
        picture = prepared(encoded(quarters(), kind, exif=noted))
        assert (picture.width, picture.height) == ((400, 200) if orientation < 5 else (200, 400))
        assert alike(corners(decoded(picture)), turned)

    def test_an_orientation_that_means_nothing_is_overlooked(self) -> None:
        for noted in (b"Exif\x00\x00nonsense", b"Exif\x00\x00II*\x00\xff\xff\xff\xff"):
            file = encoded(quarters(), "JPEG", exif=noted)
            assert alike(corners(decoded(prepared(file))), corners(quarters()))

    @pytest.mark.parametrize(
        ("mode", "kind"),
        [("L", "JPEG"), ("CMYK", "JPEG"), ("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("I;16", "PNG")],
    )
    def test_colours_in_every_notation(self, mode: str, kind: str) -> None:
        grey = Image.new("L", (2, 2))
        for corner, level in (((0, 0), 0), ((1, 0), 255), ((0, 1), 255), ((1, 1), 0)):
            grey.putpixel(corner, level)
        grey = grey.resize((300, 300), Image.Resampling.NEAREST)
        if mode == "I;16":
            noted = Image.frombytes("I;16", grey.size, b"".join(bytes([b, b]) for b in grey.tobytes()))
        else:
            noted = grey.convert("RGB").convert(mode) if mode == "CMYK" else grey.convert(mode)
        black = (0, 0, 0)
        assert alike(corners(decoded(prepared(encoded(noted, kind)))), (black, WHITE, WHITE, black))

    @pytest.mark.parametrize("mode", ["1", "P"])
    def test_what_is_shrunk_is_mixed(self, mode: str) -> None:
        chequered = Image.new("1", (2, 2), 0)
        chequered.putpixel((0, 0), 1)
        chequered.putpixel((1, 1), 1)
        board = Image.new("1", (2500, 2500))
        board.paste(chequered.resize((2, 2)), (0, 0))
        for size in (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048):
            tile = board.crop((0, 0, size, size))
            for corner in ((size, 0), (0, size), (size, size)):
                board.paste(tile, corner)
        (middle, *_) = corners(decoded(prepared(encoded(board.convert(mode), "PNG"))))
        assert alike((middle,), ((128, 128, 128),), within=40)

    def test_greys_of_sixteen_bits_are_not_cut_off(self) -> None:
        noted = Image.frombytes("I;16", (40, 40), b"\x80\x80" * 1600)
        (middle, *_) = corners(decoded(prepared(encoded(noted, "PNG"))))
        assert alike((middle,), ((128, 128, 128),), within=2)

    @pytest.mark.parametrize("notation", ["RGBA", "LA", "palette", "WEBP"])
    def test_what_is_transparent_stays_transparent(self, notation: str) -> None:
        image = Image.new("RGBA", (200, 100), (0, 0, 0, 255))
        image.paste((255, 255, 255, 0), (0, 0, 100, 100))
        if notation == "palette":
            plain = Image.new("P", (200, 100), 1)
            plain.putpalette([255, 255, 255, 0, 0, 0])
            plain.paste(0, (0, 0, 100, 100))
            file = encoded(plain, "PNG", transparency=0)
        elif notation == "WEBP":
            file = encoded(image, "WEBP", lossless=True)
        else:
            file = encoded(image.convert(notation), "PNG")
        for size in SIZES:
            shown = decoded(prepared(file), size)
            assert shown.mode == "RGBA"
            pixels, right = shown.getpixel((5, 40)), shown.getpixel((shown.width - 5, 40))
            assert (pixels[3], right) == (0, (0, 0, 0, 255)), size  # type: ignore[index]

    def test_colours_that_mean_something_else_are_translated(self) -> None:
        exchanged = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        exchanged = exchanged.replace(b"rXYZ", b"tmp ", 1).replace(b"gXYZ", b"rXYZ", 1)
        exchanged = exchanged.replace(b"tmp ", b"gXYZ", 1)
        image = Image.new("RGB", (50, 50), (220, 40, 40))
        for kind in ("JPEG", "PNG", "WEBP"):
            (shown, *_) = corners(decoded(prepared(encoded(image, kind, icc_profile=exchanged))))
            assert shown[1] > 2 * shown[0], kind
        image.putalpha(128)
        see_through = decoded(prepared(encoded(image, "PNG", icc_profile=exchanged)))
        assert see_through.getpixel((25, 25))[3] == 128  # type: ignore[index]

    def test_a_colour_profile_that_is_none_is_overlooked(self) -> None:
        grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        for profile in (b"nonsense", grey):
            file = encoded(quarters(), "JPEG", icc_profile=profile)
            assert alike(corners(decoded(prepared(file))), corners(quarters()))

    @pytest.mark.parametrize("kind", ["WEBP", "PNG"])
    def test_of_a_moving_picture_the_first_frame_is_left(self, kind: str) -> None:
        frames = [Image.new("RGB", (100, 100), colour) for colour in (RED, GREEN, BLUE)]
        file = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        shown = decoded(prepared(file))
        assert getattr(shown, "n_frames", 1) == 1
        assert alike(corners(shown), (RED,) * 4)

    def test_of_several_pictures_in_one_file_the_first_is_left(self) -> None:
        file = encoded(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (400, 200), BLUE)])
        assert alike(corners(decoded(prepared(file))), corners(quarters()))


class TestWhatIsNotKept:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_where_and_with_what_it_was_taken(self, kind: str) -> None:
        noted = Image.Exif()
        noted[ExifTags.Base.Make] = "Camera of somebody"
        noted.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        xmp = b"<x:xmpmeta>somebody</x:xmpmeta>"
        file = encoded(quarters(), kind, exif=noted, icc_profile=profile, xmp=xmp)
        assert b"somebody" in file
        for size, content in prepared(file).sizes.items():
            shown = Image.open(BytesIO(content))
            assert len(shown.getexif()) == 0, size
            assert not {"exif", "xmp", "icc_profile"} & shown.info.keys(), size
            assert b"somebody" not in content

    def test_what_else_was_hidden_in_the_file(self) -> None:
        script = b"<script>alert(1)</script><?php system('id'); ?>"
        for file in (
            encoded(quarters(), "JPEG", comment=script) + script,
            encoded(quarters(), "PNG") + script,
            encoded(quarters(), "WEBP") + script,
        ):
            assert script in file
            assert all(b"script" not in content for content in prepared(file).sizes.values())


def jpeg() -> bytes:
    return encoded(Image.effect_noise((600, 600), 90).convert("RGB"), "JPEG")


def png() -> bytes:
    return encoded(Image.effect_noise((600, 600), 90).convert("RGB"), "PNG")


def webp() -> bytes:
    return encoded(Image.effect_noise((600, 600), 90).convert("RGB"), "WEBP")


class TestRefusals:
    @pytest.mark.parametrize(
        "file",
        [
            b"",
            b"x",
            b"just a text\n" * 100,
            encoded(quarters(), "GIF"),
            encoded(quarters(), "BMP"),
            encoded(quarters(), "TIFF"),
            encoded(quarters(), "ICO"),
            encoded(quarters(), "PPM"),
            encoded(quarters(), "PDF"),
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b"<html><script>alert(1)</script></html>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n",
            b"GIF89a/*" + jpeg(),
            b"RIFF\x00\x00\x00\x00WAVEfmt ",
        ],
    )
    def test_what_is_no_picture_of_ours(self, file: bytes) -> None:
        assert refusal_of(file) == "not_a_picture"

    @pytest.mark.parametrize(
        "file",
        [
            b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>",
            b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script></html>",
            b"RIFF\xff\xff\xff\xffWEBPVP8 <html><script>alert(1)</script></html>",
            jpeg()[:-3000],
            jpeg()[:300],
            png()[:-3000],
            png()[:40],
            webp()[:-3000],
            webp()[:40],
            png()[:500] + b"\x00" * 20 + png()[520:],
        ],
    )
    def test_what_only_begins_like_a_picture(self, file: bytes) -> None:
        assert refusal_of(file) in ("damaged", "not_a_picture")

    @pytest.mark.parametrize("side", [6400, 10_000, 20_000])
    def test_few_bytes_that_would_fill_the_memory(self, side: int) -> None:
        file = encoded(Image.new("1", (side, side)), "PNG")
        assert len(file) < 200_000
        assert refusal_of(file) == "too_many_pixels"

    def test_a_size_that_only_the_header_claims(self) -> None:
        small = encoded(Image.new("L", (8, 8)), "JPEG")
        start = small.index(b"\xff\xc0") + 5
        claimed = small[:start] + (65_000).to_bytes(2, "big") * 2 + small[start + 4 :]
        assert refusal_of(claimed) == "too_many_pixels"

    def test_a_damaged_file_is_a_picture_or_refused(self) -> None:
        for file in (jpeg()[:4000], png()[:4000], webp()[:4000], encoded(quarters(40, 40), "PNG")):
            for offset in range(0, len(file), 97):
                damaged = file[:offset] + bytes([file[offset] ^ 0x5A]) + file[offset + 1 :]
                try:
                    prepared(damaged)
                except Invalid:
                    continue

"""A font's name -> the font, checked against the file the sample was made with."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from PIL import ImageFont

from sampler.geometry import SCALE

FONT_FOLDER = Path("/usr/share/fonts")
# name -> (Debian package, file under FONT_FOLDER, first 16 hex digits of its SHA-256)
FONTS: dict[str, tuple[str, str, str]] = {
    "sans": ("fonts-liberation2", "truetype/liberation2/LiberationSans-Regular.ttf", "8d91388f1d3604b3"),
    "sans-bold": ("fonts-liberation2", "truetype/liberation2/LiberationSans-Bold.ttf", "ba0e0dc3f7aca5b0"),
    "serif": ("fonts-liberation2", "truetype/liberation2/LiberationSerif-Regular.ttf", "29d12439831b7f59"),
    "dejavu": ("fonts-dejavu-core", "truetype/dejavu/DejaVuSans.ttf", "abdc775b21b1bc47"),
    "dejavu-bold": ("fonts-dejavu-core", "truetype/dejavu/DejaVuSans-Bold.ttf", "0d977336a6d5fba3"),
    "dejavu-mono": ("fonts-dejavu-core", "truetype/dejavu/DejaVuSansMono.ttf", "0f5db4f1749979d9"),
    "dejavu-serif-bold": ("fonts-dejavu-core", "truetype/dejavu/DejaVuSerif-Bold.ttf", "e2fd85eba2de65ac"),
    "cabin": ("fonts-cabin", "opentype/cabin/Cabin-Regular.otf", "28b2901516089b2b"),
    "cabin-bold": ("fonts-cabin", "opentype/cabin/Cabin-Bold.otf", "f2a43add6a75ae9b"),
    "vollkorn": ("fonts-vollkorn", "truetype/vollkorn/Vollkorn-Regular.ttf", "33c0e4742dbf693d"),
    "vollkorn-bold": ("fonts-vollkorn", "truetype/vollkorn/Vollkorn-Bold.ttf", "e905eac2b4b6286b"),
    "vollkorn-italic": ("fonts-vollkorn", "truetype/vollkorn/Vollkorn-Italic.ttf", "9261dc54be8ee1c5"),
    "courier": ("fonts-courier-prime", "opentype/courier-prime/Courier Prime.otf", "26bb2ce38aa96cdc"),
    "courier-bold": (
        "fonts-courier-prime",
        "opentype/courier-prime/Courier Prime Bold.otf",
        "a414b06c018ed4b6",
    ),
    "bebas": ("fonts-bebas-neue", "opentype/bebas-neue/BebasNeue-Bold.otf", "b5601ad8805b1502"),
    "lobster": ("fonts-lobster", "opentype/lobster/lobster.otf", "4605f4c5aac8d4bb"),
    "script": ("fonts-dancingscript", "opentype/dancingscript/DancingScript-Bold.otf", "0ef9febbf9cf763e"),
    "gothic": ("fonts-nanum", "truetype/nanum/NanumGothic.ttf", "48a28e97b34fc8e5"),
    "gothic-bold": ("fonts-nanum", "truetype/nanum/NanumGothicBold.ttf", "454eb3f503f37778"),
    "barun-bold": ("fonts-nanum", "truetype/nanum/NanumBarunGothicBold.ttf", "39bba4cd9bd29861"),
    "myeongjo": ("fonts-nanum", "truetype/nanum/NanumMyeongjo.ttf", "a21faae83d2d16d1"),
    "myeongjo-bold": ("fonts-nanum", "truetype/nanum/NanumMyeongjoBold.ttf", "cb47c5d029dd5ee5"),
    "coding": ("fonts-nanum", "truetype/nanum/NanumGothicCoding.ttf", "787effd7efed2abc"),
    "round-bold": ("fonts-nanum", "truetype/nanum/NanumSquareRoundB.ttf", "61fd37816a1ee1a9"),
    "gothic-heavy": ("fonts-nanum-extra", "truetype/nanum/NanumGothicExtraBold.ttf", "e0288775c8f021f3"),
    "round-heavy": ("fonts-nanum-extra", "truetype/nanum/NanumSquareRoundEB.ttf", "9e845fc35c5bc4a5"),
    "pen": ("fonts-nanum-extra", "truetype/nanum/NanumPen.ttf", "0e1e2cc07fd5c5d1"),
    "brush": ("fonts-nanum-extra", "truetype/nanum/NanumBrush.ttf", "5fe0e02f74c58aa2"),
}


def check_fonts() -> None:
    """Stops with the apt line when a font is absent, and with its name when it is another version."""
    for name, (package, file, digest) in FONTS.items():
        path = FONT_FOLDER / file
        if not path.is_file():
            raise SystemExit(f"font {name!r} is missing: apt-get install {package}")
        if hashlib.sha256(path.read_bytes()).hexdigest()[:16] != digest:
            raise SystemExit(
                f"font {name!r} ({path}) is another version than the one the sample was made with"
            )


@cache
def font(name: str, size: float) -> ImageFont.FreeTypeFont:
    """A font at ``size`` output pixels per em; plain layout, so that shaping libraries change nothing."""
    path = str(FONT_FOLDER / FONTS[name][1])
    return ImageFont.truetype(path, size * SCALE, layout_engine=ImageFont.Layout.BASIC)

"""Text and shapes -> a picture and the exact ring of every word in it (long because a drawing surface is one subject).

Lengths are output pixels; drawing happens SCALE times larger. Rings come from the letters' own ink boxes and the
transformations applied to them, never from looking at the picture; a map of word numbers is drawn beside the picture so
that ``check_rings`` can prove that the ink lies inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from sampler.fonts import font
from sampler.geometry import (
    PAD,
    SCALE,
    Box,
    Place,
    Point,
    Word,
    area_of,
    box_on_curve,
    cut,
    homography,
    project,
    ring_along,
    straight,
)
from sampler.textures import Colour, Draws, picture


class Surface:
    """A picture under construction, RGBA, with the words on it. Panels are surfaces placed on other surfaces."""

    def __init__(self, width: int, height: int, ground: Image.Image | Colour | None = None) -> None:
        self.width, self.height = width, height
        size = (width * SCALE, height * SCALE)
        if isinstance(ground, Image.Image):
            self.image = ground.resize(size, Image.Resampling.BICUBIC).convert("RGBA")
        else:
            self.image = Image.new("RGBA", size, (0, 0, 0, 0) if ground is None else (*ground, 255))
        self.numbers = Image.new("L", size, 0)
        self.words: list[Word] = []

    # --- shapes -------------------------------------------------------------------------------------------------

    def _shape(
        self, draw: Callable[[ImageDraw.ImageDraw], None], colour: Colour, opacity: float, blur: float
    ) -> None:
        mask = Image.new("L", self.image.size, 0)
        draw(ImageDraw.Draw(mask))
        self.tint(mask, colour, opacity, blur)

    def tint(self, mask: Image.Image, colour: Colour, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Lays a colour over the surface where the mask (full drawing size) says so."""
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE))
        layer = Image.new("RGBA", self.image.size, (*colour, 0))
        layer.putalpha(mask.point(lambda v: round(v * opacity)) if opacity < 1 else mask)
        self.image.alpha_composite(layer)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        *,
        radius: float = 0.0,
        outline: float = 0.0,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """A rectangle, filled or (``outline`` > 0) as a frame of that thickness."""
        xy = [left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1]
        kind = {"outline": 255, "width": round(outline * SCALE)} if outline else {"fill": 255}
        self._shape(lambda d: d.rounded_rectangle(xy, radius * SCALE, **kind), colour, opacity, blur)

    def disc(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour,
        *,
        outline: float = 0.0,
        opacity: float = 1.0,
        blur: float = 0.0,
        flat: float = 1.0,
    ) -> None:
        """A disc or ring; ``flat`` squeezes it vertically."""
        xy = [
            (x - radius) * SCALE,
            (y - radius * flat) * SCALE,
            (x + radius) * SCALE,
            (y + radius * flat) * SCALE,
        ]
        kind = {"outline": 255, "width": round(outline * SCALE)} if outline else {"fill": 255}
        self._shape(lambda d: d.ellipse(xy, **kind), colour, opacity, blur)

    def area(
        self, points: Sequence[Point], colour: Colour, *, opacity: float = 1.0, blur: float = 0.0
    ) -> None:
        """A filled polygon."""
        xy = [(x * SCALE, y * SCALE) for x, y in points]
        self._shape(lambda d: d.polygon(xy, fill=255), colour, opacity, blur)

    def stroke(
        self,
        points: Sequence[Point],
        colour: Colour,
        thickness: float = 1.0,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """A line through points."""
        xy = [(x * SCALE, y * SCALE) for x, y in points]
        width = max(1, round(thickness * SCALE))
        self._shape(lambda d: d.line(xy, fill=255, width=width, joint="curve"), colour, opacity, blur)

    # --- letters ------------------------------------------------------------------------------------------------

    def _stamp(
        self,
        text: str,
        face: ImageFont.FreeTypeFont,
        at: tuple[float, float, float],
        colour: Colour,
        opacity: float,
        blur: float,
        number: int,
        stroke: int,
    ) -> tuple[float, float, float, float]:
        """Draws letters from ``at`` (drawing pixels, direction) along a straight baseline; returns their ink box."""
        x, y, direction = at
        left, top, right, bottom = face.getbbox(text, anchor="ls", stroke_width=stroke)
        margin = 3 + round(3 * blur * SCALE)
        left, top = math.floor(left) - margin, math.floor(top) - margin
        size = (math.ceil(right) + margin - left, math.ceil(bottom) + margin - top)
        tile = Image.new("L", size, 0)
        ImageDraw.Draw(tile).text((-left, -top), text, fill=255, font=face, anchor="ls", stroke_width=stroke)
        ink = tile.getbbox() or (0, 0, 0, 0)
        if blur:
            tile = tile.filter(ImageFilter.GaussianBlur(blur * SCALE))
        cos, sin = math.cos(direction), math.sin(direction)
        corners = [(left + u, top + v) for u in (0, size[0]) for v in (0, size[1])]
        xs = [x + cos * u - sin * v for u, v in corners]
        ys = [y + sin * u + cos * v for u, v in corners]
        corner = (math.floor(min(xs)), math.floor(min(ys)))
        extent = (math.ceil(max(xs)) - corner[0] + 1, math.ceil(max(ys)) - corner[1] + 1)
        dx, dy = corner[0] - x, corner[1] - y
        inverse = (cos, sin, cos * dx + sin * dy - left, -sin, cos, -sin * dx + cos * dy - top)
        mask = tile.transform(extent, Image.Transform.AFFINE, inverse, Image.Resampling.BICUBIC)
        if number:
            self.numbers.paste(number, corner, mask.point(lambda v: 255 if v > 127 else 0))
        layer = Image.new("RGBA", extent, (*colour, 0))
        layer.putalpha(mask.point(lambda v: round(v * opacity)) if opacity < 1 else mask)
        region = self.image.crop((*corner, corner[0] + extent[0], corner[1] + extent[1]))
        self.image.paste(Image.alpha_composite(region, layer), corner)
        return ink[0] + left, ink[1] + top, ink[2] + left, ink[3] + top

    def _contrast(self, ring: Sequence[Point], colour: Colour, opacity: float) -> float:
        xs, ys = [p[0] * SCALE for p in ring], [p[1] * SCALE for p in ring]
        crop = self.image.crop(
            (round(min(xs)), round(min(ys)), round(max(xs)) + 1, round(max(ys)) + 1)
        ).convert("RGB")
        ground = np.asarray(crop, np.float64).reshape(-1, 3).mean(0)
        ink = opacity * np.array(colour, np.float64) + (1 - opacity) * ground
        light, dark = sorted((_luminance(ground), _luminance(ink)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    def length(self, text: str, name: str, size: float, tracking: float = 0.0) -> float:
        """Width of a line in output pixels, tracking included."""
        return font(name, size).getlength(text) / SCALE + tracking * max(len(text) - 1, 0)

    def write(
        self,
        text: str,
        x: float,
        y: float,
        name: str,
        size: float,
        colour: Colour,
        *,
        align: str = "left",
        angle: float = 0.0,
        tracking: float = 0.0,
        care: bool = True,
        as_one: bool = False,
        blur: float = 0.0,
        opacity: float = 1.0,
        stroke: float = 0.0,
        shadow: tuple[float, float, Colour, float] | None = None,
    ) -> float:
        """One line whose baseline starts, is centred or ends at (x, y), turned clockwise by ``angle`` degrees.

        Every word becomes a ``Word``; ``as_one`` makes one of the whole line. Returns the line's width.
        """
        turn = math.radians(angle)
        width = self.length(text, name, size, tracking)
        start = {"left": 0.0, "middle": -width / 2, "right": -width}[align]
        place = straight(x + start * math.cos(turn), y + start * math.sin(turn), turn)
        if shadow is not None:
            dx, dy, dark, strength = shadow
            under = straight(x + start * math.cos(turn) + dx, y + start * math.sin(turn) + dy, turn)
            self._line(
                text, under, name, size, dark, tracking, False, True, 0.8, strength, stroke, rings=False
            )
        self._line(text, place, name, size, colour, tracking, care, as_one, blur, opacity, stroke)
        return width

    def write_along(
        self,
        text: str,
        place: Place,
        name: str,
        size: float,
        colour: Colour,
        *,
        tracking: float = 0.0,
        care: bool = True,
        opacity: float = 1.0,
        stroke: float = 0.0,
    ) -> None:
        """One line centred at arc length 0 of a curve, letter by letter; its words are curved."""
        half = self.length(text, name, size, tracking) / 2
        self._line(
            text,
            lambda s: place(s - half),
            name,
            size,
            colour,
            tracking,
            care,
            False,
            0.0,
            opacity,
            stroke,
            bent=True,
        )

    def _line(
        self,
        text: str,
        place: Place,
        name: str,
        size: float,
        colour: Colour,
        tracking: float,
        care: bool,
        as_one: bool,
        blur: float,
        opacity: float,
        stroke: float,
        *,
        bent: bool = False,
        rings: bool = True,
    ) -> None:
        face = font(name, size)
        pieces = [text] if as_one else text.split(" ")
        position = 0
        for piece in pieces:
            offset = self.length(text[:position], name, size, tracking) + (tracking if position else 0.0)
            position += len(piece) + 1
            if not piece:
                continue
            number = len(self.words) + 1 if rings and care else 0
            runs = [(piece, offset)]
            if bent or tracking:
                advances = [
                    self.length(piece[:i], name, size, tracking) + (tracking if i else 0.0)
                    for i in range(len(piece))
                ]
                runs = [
                    (letter, offset + a) for letter, a in zip(piece, advances, strict=True) if letter != " "
                ]
            boxes: list[Box] = []
            end = offset + self.length(piece, name, size, tracking)
            around = ring_along(place, (offset, -0.7 * size, end, 0), bent=bent)
            contrast = self._contrast(around, colour, opacity)
            for letters, at in runs:
                half = face.getlength(letters) / SCALE / 2 if bent else 0.0
                px, py, direction = place(at + half)
                px, py = px - half * math.cos(direction), py - half * math.sin(direction)
                spot = (px * SCALE, py * SCALE, direction)
                ink = self._stamp(letters, face, spot, colour, opacity, blur, number, round(stroke * SCALE))
                left, top, right, bottom = (edge / SCALE for edge in ink)
                if bent:
                    boxes.append(box_on_curve(place, at + half, (left - half, top, right - half, bottom)))
                else:
                    boxes.append((left + at, top, right + at, bottom))
            if not rings:
                continue
            outer = (
                min(box[0] for box in boxes) - PAD,
                min(box[1] for box in boxes) - PAD,
                max(box[2] for box in boxes) + PAD,
                max(box[3] for box in boxes) + PAD,
            )
            self.words.append(Word(piece, ring_along(place, outer, bent=bent), bent, contrast, care, number))

    # --- panels -------------------------------------------------------------------------------------------------

    def place(self, panel: Surface, corners: Sequence[Point], shadow: float = 0.0) -> None:
        """Lays a panel on this surface, its corners (clockwise from its top-left) at these points; words come along."""
        forward = homography(
            [(0, 0), (panel.width, 0), (panel.width, panel.height), (0, panel.height)], corners
        )
        inverse = np.linalg.inv(forward)
        inverse[:2, 2] *= SCALE  # both sides are drawn SCALE times larger
        inverse[2, :2] /= SCALE
        inverse /= inverse[2, 2]
        data = tuple(inverse.ravel()[:8].tolist())
        size, way = self.image.size, Image.Transform.PERSPECTIVE
        layer = (
            panel.image.convert("RGBa").transform(size, way, data, Image.Resampling.BICUBIC).convert("RGBA")
        )
        alpha = layer.getchannel("A")
        if shadow:
            fallen = ImageChops.offset(alpha, round(shadow * 0.6 * SCALE), round(shadow * SCALE))
            self.tint(fallen, (0, 0, 0), 0.45, shadow * 0.8)
        self.image.alpha_composite(layer)
        numbers = panel.numbers.transform(size, way, data, Image.Resampling.NEAREST)
        self.numbers.paste(0, (0, 0), alpha.point(lambda v: 255 if v > 127 else 0))
        shift = len(self.words)
        shifted = numbers.point(lambda v: v + shift if v else 0)
        self.numbers.paste(shifted, (0, 0), numbers.point(lambda v: 255 if v else 0))
        for word in panel.words:
            ring = [project(forward, point) for point in word.ring]
            number = word.number + shift if word.number else 0
            self.words.append(Word(word.text, ring, word.curved, word.contrast, word.care, number))


def _luminance(colour: NDArray[np.float64]) -> float:
    """WCAG 2 relative luminance of an sRGB colour (0 to 255)."""
    linear = np.where(colour / 255 <= 0.04045, colour / 255 / 12.92, ((colour / 255 + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def lights(
    draws: Draws, width: int, height: int, ground: Colour, colours: Sequence[Colour], count: int
) -> NDArray[np.float64]:
    """Out of focus lights at night."""
    canvas = Surface(width // SCALE + 1, height // SCALE + 1, ground)
    for i in range(count):
        colour = colours[i % len(colours)]
        x, y = draws.between(0, canvas.width), draws.between(0, canvas.height)
        canvas.disc(x, y, draws.between(4, 17), colour, opacity=draws.between(0.12, 0.5), blur=0.7)
    return np.asarray(canvas.image.convert("RGB").resize((width, height)), np.float64)


def settle(surface: Surface, least: float = 0.97) -> None:
    """Cuts every ring at the picture's edges. A word that loses more than 1 - ``least`` of its area is don't care."""
    kept = []
    for word in surface.words:
        ring = word.ring
        for axis, limit, sign in ((0, 0.0, 1), (0, surface.width, -1), (1, 0.0, 1), (1, surface.height, -1)):
            ring = cut(ring, axis, limit, sign)
        if ring:
            care = word.care and area_of(ring) >= least * area_of(word.ring)
            kept.append(replace(word, ring=ring, care=care, number=word.number if care else 0))
    surface.words = kept


def check_rings(surface: Surface) -> None:
    """Stops when ink of a word lies outside its ring, or the ring stands more than a little off the ink."""
    numbers = np.asarray(surface.numbers)
    for word in surface.words:
        if not word.number:
            continue
        mask = Image.new("L", surface.image.size, 0)
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in word.ring], fill=255)
        ink = numbers == word.number
        inside = ink & (np.asarray(mask) > 0)
        if ink.sum() == 0 or inside.sum() < 0.995 * ink.sum():
            raise SystemExit(f"{word.text!r}: {inside.sum()} of {ink.sum()} ink pixels lie inside its ring")
        rows, columns = np.nonzero(ink.any(1))[0], np.nonzero(ink.any(0))[0]
        xs, ys = [p[0] * SCALE for p in word.ring], [p[1] * SCALE for p in word.ring]
        slack = (
            max(columns[0] - min(xs), max(xs) - columns[-1], rows[0] - min(ys), max(ys) - rows[-1]) / SCALE
        )
        allowed = 3.0 if word.ring[0][1] == word.ring[1][1] else 0.45 * (max(ys) - min(ys)) / SCALE + 3
        if slack > allowed:
            raise SystemExit(f"{word.text!r}: its ring stands {slack:.1f} pixels off the ink")


def develop(
    surface: Surface,
    draws: Draws,
    *,
    light: Point = (-0.3, -0.5),
    strength: float = 0.16,
    blur: float = 0.45,
    noise: float = 3.0,
    warmth: float = 0.0,
) -> Image.Image:
    """The camera: uneven light (stronger towards ``light``, -1 to 1), blur in pixels, sensor noise, a colour cast."""
    image = surface.image.convert("RGB").reduce(SCALE).filter(ImageFilter.GaussianBlur(blur))
    pixels = np.asarray(image, np.float64)
    y, x = np.mgrid[-1 : 1 : surface.height * 1j, -1 : 1 : surface.width * 1j]
    distance = np.hypot(x - light[0], y - light[1]) / 2
    shade = (
        1 + strength * (0.45 - distance) + 0.25 * strength * draws.cloud(surface.width, surface.height, 200)
    )
    cast = np.array([1 + warmth, 1.0, 1 - warmth])
    grain = draws.field(4, surface.height, surface.width).sum(0) - 2  # four uniform numbers: nearly a bell
    colour = draws.field(4, surface.height, surface.width, 3).sum(0) - 2
    return picture(pixels * shade[..., None] * cast + noise * (1.4 * grain[..., None] + 0.5 * colour))

"""Colours and types that all scenes share."""

from __future__ import annotations

from PIL import Image

from sampler.surface import Surface

Scene = tuple[Surface, Image.Image]  # the drawing with its words, and the finished picture
WHITE, BLACK, INK = (248, 248, 244), (20, 20, 22), (38, 36, 40)

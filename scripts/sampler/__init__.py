"""Draws the sample data set's scenes; ``SCENES[n - 1]`` is sample img_n (used by scripts/make_sample.py)."""

from __future__ import annotations

from collections.abc import Callable

from sampler import documents, objects, signs
from sampler.shades import Scene
from sampler.textures import Draws

SCENES: tuple[Callable[[Draws], Scene], ...] = (
    signs.cafe_front,
    documents.receipt,
    signs.road_sign,
    objects.coffee_badge,
    documents.korean_receipt,
    objects.concert_poster,
    documents.book_cover,
    signs.shop_street,
    documents.business_card,
    documents.newspaper,
    objects.bottle_label,
    signs.chalk_menu,
    documents.shipping_label,
    objects.seal,
    signs.departures,
    signs.worn_plate,
    documents.notice,
    documents.metro_map,
    documents.korean_notice,
    objects.shirt,
    documents.nutrition,
    signs.trail_posts,
    documents.boarding_pass,
    signs.frosted_door,
    signs.museum_plaque,
    signs.car_plate,
    signs.terminal,
    objects.coin,
    objects.medicine_box,
    signs.street_banner,
    documents.sticky_notes,
    objects.book_spines,
    signs.night_market,
    objects.patches,
    documents.wavy_flyer,
    objects.vinyl,
    objects.stickers,
)

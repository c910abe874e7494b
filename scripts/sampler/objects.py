"""Random numbers -> things one holds: badges, labels, a coin (long because every scene is its own layout)."""

from __future__ import annotations

import math

from sampler.geometry import arc, tilted, wave
from sampler.shades import INK, WHITE, Scene
from sampler.surface import Surface, develop
from sampler.textures import Draws, cloth, gradient, metal, picture, plaster, wood


def coffee_badge(draws: Draws) -> Scene:
    s = Surface(520, 520, picture(cloth(draws, 1040, 1040, (186, 160, 122), 13)))
    s.disc(262, 266, 214, (0, 0, 0), opacity=0.4, blur=7)
    s.disc(260, 260, 212, (58, 38, 28))
    s.disc(260, 260, 202, (232, 214, 178), outline=3)
    s.disc(260, 260, 136, (232, 214, 178), outline=2.5)
    s.write_along("MOUNTAIN ROASTERS", arc(260, 260, 155), "bebas", 44, (240, 226, 196), tracking=2)
    s.write_along("ANDES ORGANIC", arc(260, 260, 184, inward=True), "bebas", 40, (240, 226, 196), tracking=2)
    for side in (-1, 1):
        s.disc(260 + side * 169, 282, 5, (232, 214, 178))
    s.area([(176, 240), (226, 170), (252, 206), (284, 152), (344, 240)], (196, 140, 84))
    s.area([(284, 152), (262, 188), (280, 184), (292, 198), (306, 188)], (240, 226, 196))
    s.write("WHOLE BEAN", 260, 276, "cabin-bold", 27, (240, 226, 196), align="middle", tracking=1)
    s.write("dark roast", 260, 312, "script", 32, (226, 170, 104), align="middle")
    s.write("250 g", 260, 346, "cabin-bold", 25, (240, 226, 196), align="middle")
    return s, develop(s, draws, noise=3, warmth=0.03)


def concert_poster(draws: Draws) -> Scene:
    s = Surface(460, 640, picture(gradient(460, 640, (36, 20, 74), (206, 62, 74), 0.15)))
    s.disc(230, 396, 112, (250, 186, 88), blur=0.6)
    for i in range(6):
        s.box(110, 404 + 17 * i, 350, 407 + 18.4 * i, (154 + 6 * i, 50, 74))
    s.write("MIDNIGHT", 230, 110, "bebas", 112, (252, 236, 214), align="middle", tracking=3)
    s.write("ORCHESTRA", 230, 178, "bebas", 76, (250, 186, 88), align="middle", tracking=4)
    s.write("live at Riverside Hall", 230, 220, "cabin", 27, (252, 236, 214), align="middle")
    s.write("FRIDAY 14 AUGUST", 230, 548, "cabin-bold", 30, (252, 236, 214), align="middle", tracking=1)
    s.write("Doors 19:30", 60, 586, "cabin", 24, (252, 236, 214))
    s.write("Tickets $18", 400, 586, "cabin", 24, (252, 236, 214), align="right")
    s.write(
        "supported by the city council, the harbour foundation and friends",
        230,
        616,
        "cabin",
        9,
        (252, 236, 214),
        align="middle",
        care=False,
        as_one=True,
        opacity=0.75,
    )
    s.write_along("AFTERGLOW TOUR", arc(230, 396, 126), "cabin-bold", 26, (252, 236, 214), tracking=4)
    return s, develop(s, draws, noise=4, blur=0.55)


def bottle_label(draws: Draws) -> Scene:
    s = Surface(500, 600, picture(gradient(500, 600, (52, 44, 40), (20, 18, 18), 0.4)))
    s.box(70, -10, 430, 610, (26, 52, 34), radius=30)
    s.box(92, -10, 124, 610, (140, 180, 150), opacity=0.35, blur=8)
    s.box(372, -10, 424, 610, (0, 0, 0), opacity=0.5, blur=14)
    s.box(96, 70, 404, 520, (238, 228, 204), radius=10)
    s.box(106, 80, 394, 510, (150, 112, 52), radius=6, outline=1.6)
    s.write_along("CASTELLO DEL VENTO", arc(250, 400, 262), "vollkorn-bold", 25, (96, 24, 34))
    s.write("Riserva", 250, 226, "script", 58, (96, 24, 34), align="middle")
    s.write("2019", 250, 278, "vollkorn-bold", 44, (60, 44, 34), align="middle", tracking=4)
    s.area(
        [(190, 352), (210, 310), (226, 334), (250, 300), (274, 334), (290, 310), (310, 352)], (150, 112, 52)
    )
    s.write("Denominazione Controllata", 250, 392, "vollkorn-italic", 21, (60, 44, 34), align="middle")
    s.write("13.5% vol", 122, 440, "serif", 20, (60, 44, 34))
    s.write("750 ml", 378, 440, "serif", 20, (60, 44, 34), align="right")
    s.write(
        "contains sulphites, bottled by the estate at San Pietro, product of Italy",
        250,
        478,
        "serif",
        8,
        (60, 44, 34),
        align="middle",
        care=False,
        as_one=True,
    )
    s.write("www.castellodelvento.example", 250, 500, "serif", 14, (60, 44, 34), align="middle")
    return s, develop(s, draws, noise=3, light=(-0.5, -0.2), strength=0.3, warmth=0.04)


def seal(draws: Draws) -> Scene:
    s = Surface(520, 480, picture(plaster(draws, 1040, 960, (240, 234, 218), 4, 200)))
    for i in range(9):
        s.stroke([(30, 52 + 46 * i), (490, 52 + 46 * i)], (120, 150, 180), 0.8, opacity=0.5)
    red = (176, 34, 40)
    s.disc(252, 238, 176, red, outline=6, opacity=0.85)
    s.disc(252, 238, 110, red, outline=3, opacity=0.85)
    s.write_along(
        "한국 고전문화 연구원", arc(252, 238, 126), "myeongjo-bold", 40, red, opacity=0.88, tracking=2
    )
    s.write_along(
        "SINCE 1987", arc(252, 238, 156, inward=True), "vollkorn-bold", 34, red, opacity=0.88, tracking=4
    )
    s.write("검인", 252, 262, "myeongjo-bold", 72, red, align="middle", opacity=0.9)
    s.write("접수 제 3087 호", 380, 456, "myeongjo", 24, (50, 50, 90), align="middle", angle=-3)
    return s, develop(s, draws, noise=3, strength=0.2)


def shirt(draws: Draws) -> Scene:
    s = Surface(520, 520, picture(cloth(draws, 1040, 1040, (38, 62, 92), 15)))
    cream = (238, 226, 196)
    s.write_along("PACIFIC", arc(260, 430, 262), "bebas", 104, cream, tracking=6)
    s.write_along("SURFRIDERS", arc(260, 430, 196), "bebas", 50, (232, 120, 72), tracking=5)
    for i in range(3):
        s.stroke([(120 + t * 4, 306 + 18 * i + 9 * math.sin(t / 5.5 + i)) for t in range(71)], cream, 5)
    s.write("EST 1974", 260, 420, "bebas", 44, cream, align="middle", tracking=8)
    s.write_along("ride the long wave home", wave(260, 476, 9, 210), "script", 33, (232, 120, 72))
    return s, develop(s, draws, noise=3.5, strength=0.3, light=(0.2, -0.4))


def coin(draws: Draws) -> Scene:
    s = Surface(480, 480, picture(cloth(draws, 960, 960, (60, 34, 46), 8)))
    s.disc(244, 250, 206, (0, 0, 0), opacity=0.5, blur=8)
    face = Surface(480, 480, picture(metal(draws, 960, 960, (158, 132, 84), 4)))
    cut = Surface(480, 480)
    cut.disc(240, 240, 204, (255, 255, 255))
    face.image.putalpha(cut.image.getchannel("A"))
    face.disc(240, 240, 201, (120, 96, 56), outline=7)
    ink = (120, 98, 60)
    face.disc(240, 240, 142, ink, outline=2)
    face.write_along("REPUBLIC OF ARDENIA", arc(240, 240, 153), "vollkorn-bold", 38, ink, tracking=2)
    face.write_along(
        "LIBERTY AND LEARNING", arc(240, 240, 179, inward=True), "vollkorn-bold", 32, ink, tracking=1
    )
    face.write("5", 240, 252, "vollkorn-bold", 130, ink, align="middle")
    face.write("CROWNS", 240, 322, "vollkorn-bold", 32, ink, align="middle", tracking=2)
    s.place(face, tilted(240, 240, 480, 480, 9))
    return s, develop(s, draws, noise=3, strength=0.35, light=(-0.5, -0.6))


def medicine_box(draws: Draws) -> Scene:
    s = Surface(
        600,
        440,
        picture(
            gradient(600, 440, (206, 214, 218), (160, 172, 180)) + 3 * draws.cloud(600, 440, 200)[..., None]
        ),
    )
    side = Surface(60, 240, (196, 204, 212))
    s.place(side, [(496, 92), (548, 66), (548, 330), (496, 368)])
    p = Surface(440, 270, (252, 252, 252))
    p.box(0, 0, 440, 92, (0, 124, 150))
    p.disc(392, 46, 30, WHITE)
    p.box(372, 41, 412, 51, (0, 124, 150))
    p.box(387, 26, 397, 66, (0, 124, 150))
    p.write("IBUTOLEX", 20, 66, "cabin-bold", 56, WHITE)
    p.write("200 mg film-coated tablets", 20, 128, "cabin", 26, INK)
    p.write("진통제 해열제", 20, 166, "gothic-bold", 28, (0, 124, 150))
    p.write("For oral use. Read the leaflet carefully.", 20, 196, "cabin", 17, INK)
    p.write("LOT A4471", 20, 252, "dejavu-mono", 18, INK)
    p.write("EXP 08-2029", 160, 252, "dejavu-mono", 18, INK)
    p.write("24", 420, 250, "cabin-bold", 44, (0, 124, 150), align="right")
    p.write(
        "keep out of the sight and reach of children; store below 25 degrees in the original pack",
        20,
        216,
        "cabin",
        8,
        INK,
        care=False,
        as_one=True,
    )
    s.place(p, [(44, 84), (496, 92), (496, 368), (44, 350)], shadow=6)
    return s, develop(s, draws, noise=3, strength=0.2)


def book_spines(draws: Draws) -> Scene:
    s = Surface(640, 480, picture(wood(draws, 1280, 960, (120, 84, 54), (66, 42, 26), 2)))
    s.box(0, 0, 640, 430, (22, 16, 12), opacity=0.82)
    spines = [
        (62, 392, (122, 30, 36), "Winter Harvest", "vollkorn-bold", 34, (240, 222, 180)),
        (50, 366, (28, 66, 92), "Practical Astronomy", "cabin-bold", 28, (236, 236, 230)),
        (74, 410, (224, 214, 190), "한국의 산과 강", "myeongjo-bold", 38, (60, 44, 34)),
        (46, 350, (46, 84, 56), "Gardening Year", "serif", 30, (232, 220, 170)),
        (68, 400, (20, 22, 28), "COLD HARBOUR", "bebas", 46, (214, 78, 52)),
        (56, 384, (196, 148, 62), "Bread & Butter", "lobster", 34, (70, 36, 20)),
        (52, 372, (88, 62, 110), "Grammar of Dreams", "vollkorn", 30, (232, 222, 236)),
        (64, 396, (232, 232, 226), "도시의 밤", "gothic-heavy", 36, (32, 70, 120)),
        (48, 360, (150, 150, 146), "Statistics Today", "sans-bold", 28, (250, 250, 248)),
    ]
    x = 24.0
    for wide, tall, colour, title, face, size, ink in spines:
        book = Surface(tall, wide, picture(plaster(draws, tall * 2, wide * 2, colour, 5, 60)))
        book.box(0, 0, tall, wide * 0.14, (255, 255, 255), opacity=0.18, blur=2)
        book.box(0, wide * 0.8, tall, wide, (0, 0, 0), opacity=0.35, blur=3)
        book.box(14, 0, 18, wide, ink, opacity=0.8)
        book.box(tall - 46, 0, tall - 42, wide, ink, opacity=0.8)
        book.write(title, tall / 2 - 12, wide / 2 + size * 0.32, face, size, ink, align="middle")
        s.place(book, [(x + wide, 430 - tall), (x + wide, 430), (x, 430), (x, 430 - tall)])
        x += wide + 3
    return s, develop(s, draws, noise=4, strength=0.3, warmth=0.03)


def patches(draws: Draws) -> Scene:
    s = Surface(640, 560, picture(cloth(draws, 1280, 1120, (92, 104, 70), 11)))
    badges = [
        (170, 150, "NORTH RIDGE", "SCOUT TROOP 9", (40, 84, 60), (238, 220, 160)),
        (470, 150, "NIGHT HIKE", "WINTER CAMP", (30, 44, 92), (226, 232, 244)),
        (170, 412, "FIRST AID", "READY TO HELP", (240, 236, 224), (24, 116, 72)),
        (470, 412, "RIVER CREW", "PADDLE AND PORTAGE", (196, 110, 40), (60, 32, 16)),
    ]
    for i, (x, y, upper, lower, ground, ink) in enumerate(badges):
        s.disc(x + 2, y + 5, 122, (0, 0, 0), opacity=0.4, blur=4)
        s.disc(x, y, 121, ink)
        s.disc(x, y, 116, ground)
        s.disc(x, y, 74, ink, outline=2)
        s.write_along(upper, arc(x, y, 84), "dejavu-bold", 25, ink, tracking=1)
        s.write_along(lower, arc(x, y, 104, inward=True), "cabin-bold", 25, ink, tracking=1)
        if i == 2:
            s.box(x - 12, y - 40, x + 12, y + 40, ink)
            s.box(x - 40, y - 12, x + 40, y + 12, ink)
        elif i == 1:
            s.disc(x, y, 38, ink)
            s.disc(x + 15, y - 8, 32, ground)
        else:
            s.area([(x - 46, y + 32), (x - 12, y - 34), (x + 6, y), (x + 18, y - 16), (x + 46, y + 32)], ink)
    return s, develop(s, draws, noise=3.5, strength=0.25)


def vinyl(draws: Draws) -> Scene:
    s = Surface(560, 560, picture(gradient(560, 560, (196, 178, 150), (150, 124, 96), 0.3)))
    s.disc(284, 292, 262, (0, 0, 0), opacity=0.45, blur=8)
    s.disc(280, 280, 262, (22, 22, 24))
    for i in range(20):
        s.disc(280, 280, 256 - 3.4 * i, (58, 58, 62), outline=0.5, opacity=0.6)
    s.area([(280, 280), (120, 40), (210, 10)], (255, 255, 255), opacity=0.1, blur=9)
    s.area([(280, 280), (440, 520), (350, 550)], (255, 255, 255), opacity=0.1, blur=9)
    s.disc(280, 280, 184, (228, 178, 60))
    s.write_along("VELVET STREET RECORDINGS", arc(280, 280, 156), "bebas", 34, (60, 30, 20), tracking=2)
    s.write_along(
        "all rights of the producer reserved", arc(280, 280, 172, inward=True), "cabin", 20, (60, 30, 20)
    )
    s.write_along("Slow Train to Harlow", arc(280, 280, 112), "lobster", 34, (150, 40, 30))
    s.write_along("The Paper Lanterns", arc(280, 280, 130, inward=True), "lobster", 26, (60, 30, 20))
    s.write("SIDE A", 214, 262, "cabin-bold", 20, (60, 30, 20), align="middle")
    s.write("33 RPM", 350, 262, "cabin-bold", 20, (60, 30, 20), align="middle")
    s.write("VSR 1042", 280, 330, "dejavu-mono", 18, (60, 30, 20), align="middle")
    s.disc(280, 280, 11, (150, 124, 96))
    return s, develop(s, draws, noise=3, strength=0.25, warmth=0.02)


def stickers(draws: Draws) -> Scene:
    s = Surface(640, 460, picture(plaster(draws, 1280, 920, (206, 226, 236), 4, 200)))
    for y in range(30, 460, 26):
        s.stroke([(0, y), (640, y)], (150, 186, 206), 0.8, opacity=0.6)
    round_ones = [
        (116, 124, (250, 120, 120), "참 잘했어요", "열심히 했어요", "round-heavy"),
        (322, 124, (250, 206, 80), "오늘도 최고", "힘내라 우리", "gothic-heavy"),
        (528, 124, (120, 196, 130), "숙제 검사", "정말 멋져요", "round-heavy"),
        (116, 336, (110, 170, 236), "책을 많이", "읽은 어린이", "gothic-heavy"),
        (322, 336, (190, 140, 220), "생일 축하해", "사랑하는 친구", "round-heavy"),
        (528, 336, (244, 150, 90), "만점 받은 날", "아주 훌륭해", "gothic-heavy"),
    ]
    ink = (60, 40, 60)
    for i, (x, y, colour, upper, lower, face) in enumerate(round_ones):
        s.disc(x + 2, y + 4, 98, (0, 0, 0), opacity=0.3, blur=4)
        s.disc(x, y, 97, WHITE)
        s.disc(x, y, 90, colour)
        s.write_along(upper, arc(x, y, 60, draws.between(-6, 6)), face, 25, ink)
        s.write_along(lower, arc(x, y, 80, inward=True), face, 22, ink)
        s.disc(x, y, 36, WHITE)
        s.disc(x - 12, y - 8, 4.5, ink)
        s.disc(x + 12, y - 8, 4.5, ink)
        smile = [
            (x + 18 * math.sin(t / 5), y + 18 * math.cos(t / 5) * (0.8 + 0.02 * i)) for t in range(-5, 6)
        ]
        s.stroke(smile, ink, 3)
    return s, develop(s, draws, noise=3, strength=0.2)

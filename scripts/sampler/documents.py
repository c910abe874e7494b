"""Random numbers -> things on paper: receipts, labels, cards (long because every scene is its own layout)."""

from __future__ import annotations

import math

from sampler.geometry import tilted, wave
from sampler.shades import BLACK, INK, WHITE, Scene
from sampler.surface import Surface, develop
from sampler.textures import Draws, cloth, gradient, picture, plaster, wood


def paper(draws: Draws, width: int, height: int, colour: tuple[int, int, int] = (246, 243, 235)) -> Surface:
    """A sheet with a little tooth."""
    return Surface(width, height, picture(plaster(draws, width * 2, height * 2, colour, 2.5, 90)))


def receipt(draws: Draws) -> Scene:
    s = Surface(480, 640, picture(wood(draws, 960, 1280, (176, 128, 84), (110, 70, 42), 3, upright=True)))
    p = paper(draws, 300, 560)
    p.write("GREENFIELD MARKET", 150, 46, "courier-bold", 23, INK, align="middle")
    p.write("14 Harbour Street", 150, 72, "courier", 17, INK, align="middle")
    p.write("Tel 555-0142", 150, 94, "courier", 17, INK, align="middle")
    rows = [
        ("Oat milk 1L", "2.49"),
        ("Rye bread", "3.80"),
        ("Tomatoes", "4.15"),
        ("Olive oil", "9.95"),
        ("Basil pot", "1.99"),
        ("Espresso", "7.40"),
        ("Paper bag", "0.15"),
    ]
    for i, (item, price) in enumerate(rows):
        p.write(item, 18, 142 + 29 * i, "courier", 19, INK)
        p.write(price, 282, 142 + 29 * i, "courier", 19, INK, align="right")
    p.stroke([(18, 336), (282, 336)], INK, 1)
    p.write("TOTAL", 18, 372, "courier-bold", 26, INK)
    p.write("29.93", 282, 372, "courier-bold", 26, INK, align="right")
    p.write("Cash", 18, 404, "courier", 19, INK)
    p.write("40.00", 282, 404, "courier", 19, INK, align="right")
    p.write("Change", 18, 432, "courier", 19, INK)
    p.write("10.07", 282, 432, "courier", 19, INK, align="right")
    p.write(
        "no refunds after 14 days on opened goods",
        150,
        466,
        "courier",
        9,
        INK,
        align="middle",
        care=False,
        as_one=True,
        opacity=0.7,
    )
    for i in range(46):
        p.box(42 + i * 4.7, 484, 42 + i * 4.7 + 1 + 2.6 * draws.between(0, 1), 520, INK)
    p.write("Thank you!", 150, 546, "courier-bold", 20, INK, align="middle")
    s.place(p, tilted(240, 322, 316, 590, 3.5), shadow=6)
    return s, develop(s, draws, noise=3.5, strength=0.25)


def korean_receipt(draws: Draws) -> Scene:
    s = Surface(480, 620, picture(plaster(draws, 960, 1240, (112, 122, 128), 9, 200)))
    p = paper(draws, 320, 540, (250, 249, 246))
    p.write("영수증", 160, 52, "gothic-bold", 34, INK, align="middle", tracking=8)
    p.write("한빛문구 종로점", 160, 88, "gothic", 21, INK, align="middle")
    p.write("서울시 종로구 새문안로 12", 160, 114, "gothic", 17, INK, align="middle")
    p.stroke([(16, 130), (304, 130)], INK, 1)
    rows = [
        ("볼펜 3자루", "₩4,500"),
        ("공책", "₩3,200"),
        ("색종이", "₩1,800"),
        ("가위", "₩5,900"),
        ("포장지", "₩2,600"),
        ("수첩", "₩7,000"),
    ]
    for i, (item, price) in enumerate(rows):
        p.write(item, 20, 164 + 34 * i, "gothic", 21, INK)
        p.write(price, 300, 164 + 34 * i, "gothic", 21, INK, align="right")
    p.stroke([(16, 352), (304, 352)], INK, 1)
    p.write("합계", 20, 392, "gothic-bold", 28, INK)
    p.write("₩25,000", 300, 392, "gothic-bold", 28, INK, align="right")
    p.write("받은 돈", 20, 428, "gothic", 20, INK)
    p.write("₩30,000", 300, 428, "gothic", 20, INK, align="right")
    p.write("거스름돈", 20, 458, "gothic", 20, INK)
    p.write("₩5,000", 300, 458, "gothic", 20, INK, align="right")
    p.write(
        "교환은 영수증을 가지고 7일 안에 오시면 됩니다",
        160,
        486,
        "gothic",
        8,
        INK,
        align="middle",
        care=False,
        as_one=True,
    )
    p.write("감사합니다", 160, 520, "gothic-bold", 22, INK, align="middle")
    s.place(p, tilted(240, 312, 344, 574, -2.5), shadow=6)
    return s, develop(s, draws, noise=3, strength=0.22)


def newspaper(draws: Draws) -> Scene:
    s = Surface(620, 560, picture(plaster(draws, 1240, 1120, (86, 74, 66), 8, 140)))
    p = paper(draws, 560, 560, (226, 220, 204))
    p.write("The Morning Gazette", 280, 62, "vollkorn-bold", 46, INK, align="middle")
    p.stroke([(20, 78), (540, 78)], INK, 1.5)
    p.write("Vol. 48 No. 211", 24, 98, "serif", 15, INK)
    p.write("Price 30 cents", 536, 98, "serif", 15, INK, align="right")
    p.stroke([(20, 108), (540, 108)], INK, 1)
    p.write("Bridge opens after", 24, 154, "dejavu-serif-bold", 36, INK)
    p.write("nine years of delays", 24, 196, "dejavu-serif-bold", 36, INK)
    left = [
        "Crowds gathered at",
        "dawn to walk across",
        "the new crossing, long",
        "promised by three",
        "mayors in a row. The",
        "first cyclist arrived",
        "at six, soaked but",
        "smiling, and rang her",
        "bell in celebration.",
    ]
    right = [
        "Traffic is expected",
        "to fall by a quarter",
        "in the old town, said",
        "the council engineer.",
        "Shopkeepers remain",
        "cautious: parking is",
        "scarce and the ferry",
        "will continue only",
        "until September.",
    ]
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        p.write(a, 24, 240 + 30 * i, "serif", 24, INK)
        p.write(b, 298, 240 + 30 * i, "serif", 24, INK)
    p.stroke([(284, 222), (284, 500)], INK, 0.8)
    for i in range(2):
        p.write(
            "continued on page four, with letters from our readers and weather",
            24,
            520 + 14 * i,
            "serif",
            8,
            INK,
            care=False,
            as_one=True,
        )
    s.place(p, tilted(310, 282, 580, 580, 2), shadow=5)
    return s, develop(s, draws, noise=3.5, strength=0.22, warmth=0.03)


def notice(draws: Draws) -> Scene:
    s = Surface(640, 480, picture(plaster(draws, 1280, 960, (170, 128, 84), 16, 16)))
    p = paper(draws, 540, 400, (250, 250, 248))
    p.write("NOTICE TO RESIDENTS", 270, 56, "sans-bold", 34, (160, 30, 30), align="middle")
    lines = [
        "The water supply will be interrupted on",
        "Tuesday 9 June between 8:00 and 15:30",
        "because of maintenance work in Elm Road.",
        "Please store drinking water in advance and",
        "close all taps before leaving your home.",
        "Apologies for the inconvenience caused.",
    ]
    for i, line in enumerate(lines):
        p.write(line, 34, 116 + 36 * i, "sans", 25, INK)
    p.write("Waterworks Department", 506, 352, "sans-bold", 23, INK, align="right")
    p.write("Ref WD-2281/4", 34, 352, "sans", 20, INK)
    s.place(p, tilted(320, 240, 560, 416, -1), shadow=5)
    for x in (60, 582):
        s.disc(x, 48, 8, (200, 40, 40))
        s.disc(x - 2, 45, 3, (250, 190, 190))
    return s, develop(s, draws, noise=3)


def korean_notice(draws: Draws) -> Scene:
    s = Surface(620, 500, picture(plaster(draws, 1240, 1000, (204, 204, 196), 7, 200)))
    p = Surface(530, 430, (252, 251, 247))
    p.box(0, 0, 530, 74, (24, 78, 140))
    p.write("도서관 이용 안내", 265, 52, "round-heavy", 40, WHITE, align="middle")
    lines = [
        "평일 오전 9시부터 오후 10시까지 엽니다",
        "자료실에서는 조용히 해 주시기 바랍니다",
        "책은 한 번에 다섯 권까지 빌릴 수 있고",
        "빌린 날부터 이 주 안에 돌려주셔야 합니다",
        "음식물은 휴게실에서만 드실 수 있습니다",
    ]
    for i, line in enumerate(lines):
        p.disc(30, 120 + 52 * i, 5, (24, 78, 140))
        p.write(line, 48, 130 + 52 * i, "gothic", 26, INK)
    p.write("문의 02-555-0199", 500, 404, "gothic-bold", 24, (24, 78, 140), align="right")
    s.place(p, [(44, 40), (580, 30), (586, 464), (38, 470)], shadow=4)
    return s, develop(s, draws, noise=3, strength=0.2)


def shipping_label(draws: Draws) -> Scene:
    s = Surface(600, 480, picture(plaster(draws, 1200, 960, (178, 138, 94), 6, 240)))
    s.box(0, 210, 600, 262, (206, 176, 130), opacity=0.7)
    p = Surface(440, 370, (250, 250, 248))
    p.box(4, 4, 436, 366, BLACK, outline=2)
    p.stroke([(4, 96), (436, 96)], BLACK, 2)
    p.stroke([(4, 232), (436, 232)], BLACK, 2)
    p.write("PRIORITY", 22, 68, "sans-bold", 50, BLACK)
    p.write("2 of 3", 416, 62, "sans-bold", 32, BLACK, align="right")
    p.write("SHIP TO", 22, 122, "sans", 16, BLACK)
    p.write("Jonathan Okonkwo", 52, 152, "sans-bold", 24, BLACK)
    p.write("2718 Euler Avenue Apt 28", 52, 182, "sans", 22, BLACK)
    p.write("Springfield IL 62704", 52, 212, "sans", 22, BLACK)
    x = 30.0
    while x < 408:
        wide = 1 + int(draws.between(0, 4)) * 1.1
        p.box(x, 248, x + wide, 318, BLACK)
        x += wide + 1 + int(draws.between(0, 3)) * 1.2
    p.write("PK 418 207 0093155862 4", 220, 350, "dejavu-mono", 21, BLACK, align="middle")
    s.place(p, tilted(302, 240, 470, 396, 4, 0.04), shadow=3)
    s.write("FRAGILE", 560, 452, "bebas", 76, (190, 44, 36), align="middle", angle=-24, opacity=0.85)
    return s, develop(s, draws, noise=3, strength=0.2)


def boarding_pass(draws: Draws) -> Scene:
    s = Surface(680, 400, picture(plaster(draws, 1360, 800, (66, 92, 104), 7, 260)))
    p = Surface(600, 290, (250, 250, 248))
    p.box(0, 0, 600, 56, (186, 28, 72))
    p.write("BOARDING PASS", 22, 40, "cabin-bold", 30, WHITE, tracking=1)
    p.write("AURORA AIR", 578, 38, "cabin-bold", 24, WHITE, align="right")
    fields = [
        (22, 84, "PASSENGER", "TANAKA/YUKI MS"),
        (22, 150, "FROM", "OSL"),
        (168, 150, "TO", "ICN"),
        (22, 240, "FLIGHT", "AU 2047"),
        (168, 240, "DATE", "27SEP"),
        (300, 240, "GATE", "C18"),
    ]
    for x, y, label, value in fields:
        big = 44 if y == 150 else 25
        p.write(label, x, y, "cabin", 14, (120, 120, 124))
        p.write(value, x, y + (40 if big == 44 else 28), "cabin-bold", big, INK)
    p.area([(118, 166), (138, 174), (118, 182), (123, 174)], (186, 28, 72))
    for y in range(64, 290, 12):
        p.box(424, y, 426, y + 6, (150, 150, 150))
    p.write("SEAT", 446, 84, "cabin", 14, (120, 120, 124))
    p.write("31F", 446, 128, "cabin-bold", 46, (186, 28, 72))
    p.write("GROUP 3", 446, 162, "cabin-bold", 22, INK)
    y = 182.0
    while y < 274:
        tall = 1 + int(draws.between(0, 3)) * 1.1
        p.box(446, y, 576, y + tall, BLACK)
        y += tall + 1.2 + int(draws.between(0, 3))
    s.place(p, tilted(340, 200, 616, 300, -3.5), shadow=6)
    return s, develop(s, draws, noise=3, strength=0.2)


def nutrition(draws: Draws) -> Scene:
    s = Surface(440, 600, picture(gradient(440, 600, (232, 168, 52), (214, 112, 40))))
    s.box(52, 30, 388, 572, WHITE)
    s.box(58, 36, 382, 566, BLACK, outline=2)
    s.write("Nutrition Facts", 220, 80, "sans-bold", 41, BLACK, align="middle")
    s.write("8 servings per pack", 70, 112, "sans", 20, BLACK)
    s.write("Serving size 55 g", 70, 138, "sans-bold", 20, BLACK)
    s.box(68, 148, 372, 158, BLACK)
    s.write("Calories", 70, 200, "sans-bold", 36, BLACK)
    s.write("230", 370, 200, "sans-bold", 42, BLACK, align="right")
    s.box(68, 210, 372, 215, BLACK)
    rows = [
        ("Total Fat 8 g", "10%"),
        ("Saturated Fat 1 g", "5%"),
        ("Cholesterol 0 mg", "0%"),
        ("Sodium 160 mg", "7%"),
        ("Carbohydrate 37 g", "13%"),
        ("Dietary Fiber 4 g", "14%"),
        ("Protein 3 g", "6%"),
    ]
    for i, (name, share) in enumerate(rows):
        s.write(name, 70, 246 + 35 * i, "sans", 21, BLACK)
        s.write(share, 370, 246 + 35 * i, "sans-bold", 21, BLACK, align="right")
        s.stroke([(68, 256 + 35 * i), (372, 256 + 35 * i)], BLACK, 0.8)
    s.write("Vitamin D 2 mcg", 70, 494, "sans", 17, BLACK)
    s.write("Iron 8 mg", 370, 494, "sans", 17, BLACK, align="right")
    for i in range(3):
        s.write(
            "* The daily value tells you how much a nutrient in a serving adds to a diet.",
            70,
            520 + 14 * i,
            "sans",
            7.6,
            BLACK,
            care=False,
            as_one=True,
        )
    return s, develop(s, draws, noise=2.5, strength=0.15)


def business_card(draws: Draws) -> Scene:
    s = Surface(620, 440, picture(wood(draws, 1240, 880, (92, 66, 48), (48, 32, 24), 4)))
    c = Surface(420, 240, (250, 250, 247))
    c.box(0, 0, 12, 240, (200, 60, 44))
    c.disc(364, 54, 24, (200, 60, 44))
    c.disc(376, 60, 18, (250, 250, 247))
    c.write("Maya Lindqvist", 38, 74, "cabin-bold", 34, INK)
    c.write("Structural Engineer", 38, 104, "cabin", 22, (110, 108, 108))
    c.write("Lindqvist & Partners", 38, 156, "cabin-bold", 20, (200, 60, 44))
    c.write("+46 555 01 88", 38, 184, "cabin", 19, INK)
    c.write("maya@lindqvist.example", 38, 212, "cabin", 19, INK)
    s.place(c, tilted(318, 216, 468, 268, -11), shadow=8)
    s.disc(560, 420, 74, (226, 222, 214))
    s.disc(560, 420, 60, (70, 44, 28))
    return s, develop(s, draws, noise=3.5, strength=0.28)


def book_cover(draws: Draws) -> Scene:
    s = Surface(500, 640, picture(cloth(draws, 1000, 1280, (70, 82, 96), 10)))
    b = Surface(360, 520, picture(plaster(draws, 720, 1040, (206, 190, 150), 6, 160)))
    b.box(0, 0, 16, 520, (60, 40, 20), opacity=0.25, blur=2)
    b.box(28, 26, 336, 494, (92, 50, 40), outline=2)
    b.write("THE CARTOGRAPHER", 182, 102, "vollkorn-bold", 27, (92, 50, 40), align="middle")
    b.write("OF SILENT ISLANDS", 182, 140, "vollkorn-bold", 26, (92, 50, 40), align="middle")
    b.write("a novel", 182, 178, "vollkorn-italic", 26, (70, 60, 52), align="middle")
    b.disc(182, 290, 78, (72, 112, 120), opacity=0.9)
    b.area(
        [(122, 300), (160, 262), (190, 296), (218, 272), (244, 306), (232, 346), (140, 350)], (196, 170, 110)
    )
    b.area([(176, 232), (188, 232), (185, 270), (179, 270)], (92, 50, 40))
    b.write("Ingrid Halvorsen", 182, 424, "vollkorn", 32, (70, 60, 52), align="middle")
    b.write("Prize of the Northern Academy", 182, 462, "vollkorn-italic", 17, (92, 50, 40), align="middle")
    s.place(b, tilted(252, 320, 384, 556, 6), shadow=10)
    return s, develop(s, draws, noise=3, strength=0.25)


def metro_map(draws: Draws) -> Scene:
    s = Surface(660, 480, (247, 246, 240))
    s.area(
        [(0, 290), (180, 262), (360, 312), (660, 262), (660, 312), (360, 360), (180, 312), (0, 342)],
        (186, 214, 232),
    )
    lines = [
        ((218, 60, 52), 226, -45, ["Harbour", "Old Mint", "Cathedral", "Exchange", "Botanic", "Stadium"]),
        ((44, 110, 184), 372, 40, ["Airport", "Foundry", "Riverside", "Museum", "Parkway", "Lighthouse"]),
    ]
    s.stroke([(266, 226), (266, 372)], (60, 150, 84), 9)
    for colour, y, angle, names in lines:
        s.stroke([(40, y), (620, y)], colour, 9)
        for i, name in enumerate(names):
            x = 70 + 98 * i
            s.disc(x, y, 8, (247, 246, 240))
            s.disc(x, y, 8, BLACK, outline=2.4)
            s.write(name, x + 8, y + (-14 if angle < 0 else 26), "cabin-bold", 21, INK, angle=angle)
    s.write("City Metro", 34, 58, "cabin-bold", 38, (218, 60, 52))
    s.write("Zones 1 and 2", 34, 88, "cabin", 22, INK)
    s.write("river Tarn", 470, 322, "vollkorn-italic", 22, (70, 120, 160), angle=-12)
    s.write(
        "not to scale; trains run every 6 minutes at peak hours",
        646,
        474,
        "cabin",
        8,
        INK,
        align="right",
        care=False,
        as_one=True,
    )
    return s, develop(s, draws, noise=2.5, strength=0.08)


def sticky_notes(draws: Draws) -> Scene:
    s = Surface(640, 500, picture(plaster(draws, 1280, 1000, (236, 238, 238), 3, 260)))
    notes = [
        (150, 140, -7, (252, 232, 110), ["Call the", "plumber", "before noon"], "script", 40),
        (430, 128, 5, (248, 176, 196), ["엄마 생신", "케이크", "예약하기"], "pen", 54),
        (168, 366, 9, (170, 222, 242), ["meeting", "moved to", "Thursday"], "script", 40),
        (452, 364, -12, (190, 232, 160), ["우유 두부", "달걀 사과", "양파"], "pen", 54),
    ]
    for x, y, angle, colour, lines, face, size in notes:
        n = Surface(
            220,
            200,
            picture(
                gradient(
                    220, 200, colour, (int(colour[0] * 0.94), int(colour[1] * 0.94), int(colour[2] * 0.92))
                )
            ),
        )
        for i, line in enumerate(lines):
            n.write(line, 110, 62 + 52 * i, face, size, (44, 48, 88), align="middle")
        s.place(n, tilted(x, y, 228, 208, angle), shadow=6)
    s.write("DO NOT FORGET", 600, 36, "bebas", 44, (200, 60, 50), align="middle")
    return s, develop(s, draws, noise=3, strength=0.25)


def wavy_flyer(draws: Draws) -> Scene:
    s = Surface(480, 620, picture(gradient(480, 620, (252, 240, 214), (250, 214, 170))))
    for i in range(9):
        band = [(12 * t, 452 + 20 * i + 12 * math.sin(t / 4 + 0.8 * i)) for t in range(41)]
        shade = (52 + 9 * i, 138 + 8 * i, 176 + 5 * i)
        s.area([*band, (480, 620), (0, 620)], shade)
    navy = (28, 58, 96)
    s.write_along("SUMMER SWIM", wave(240, 92, 16, 420), "bebas", 84, (214, 72, 52), tracking=3)
    s.write_along("and open air festival", wave(240, 156, 13, 330, 1.2), "script", 42, navy)
    s.write_along("three days of races", wave(240, 218, 12, 300), "cabin-bold", 32, navy)
    s.write_along("music and cold lemonade", wave(240, 268, 12, 300, 0.8), "cabin-bold", 32, navy)
    s.write_along("at the old harbour pool", wave(240, 318, 12, 300, 1.6), "cabin-bold", 32, navy)
    s.write_along("여름 바다 수영 축제", wave(240, 384, 12, 320, 2.2), "round-heavy", 38, (214, 72, 52))
    s.write("18-20 July", 240, 436, "cabin-bold", 34, navy, align="middle")
    s.write_along("children under twelve swim free", wave(240, 566, 10, 260), "cabin-bold", 26, WHITE)
    return s, develop(s, draws, noise=3, strength=0.18)

"""Random numbers -> signs, boards and plates (long because every scene is its own layout)."""

from __future__ import annotations

import math

from sampler.geometry import tilted
from sampler.shades import WHITE, Scene
from sampler.surface import Surface, develop, lights
from sampler.textures import Draws, blend, bricks, gradient, metal, picture, plaster, wood


def cafe_front(draws: Draws) -> Scene:
    s = Surface(640, 460, picture(bricks(draws, 1280, 920, (150, 74, 58), (186, 176, 164), 44)))
    s.box(60, 60, 580, 176, (14, 20, 18), opacity=0.5, blur=9)
    s.box(56, 50, 576, 168, (24, 58, 66), radius=8)
    s.box(64, 58, 568, 160, (214, 178, 96), radius=5, outline=2.2)
    s.write("BLUE LANTERN", 316, 120, "bebas", 62, (240, 214, 140), align="middle", tracking=2.5)
    s.write("Coffee & Books", 316, 150, "cabin", 23, (226, 232, 226), align="middle")
    s.box(72, 214, 316, 424, (52, 40, 32), radius=3)
    s.box(80, 222, 308, 416, (70, 104, 116))
    s.area([(80, 222), (190, 222), (80, 360)], (150, 182, 190), opacity=0.35)
    s.write("OPEN", 194, 262, "dejavu-bold", 28, WHITE, align="middle")
    for i, (day, hours) in enumerate(
        [("Mon-Fri", "7:30-19:00"), ("Saturday", "9:00-21:00"), ("Sunday", "10:00-17:00")]
    ):
        s.write(day, 94, 304 + 32 * i, "cabin", 20, WHITE)
        s.write(hours, 296, 304 + 32 * i, "cabin", 20, WHITE, align="right")
    s.write(
        "free wifi inside, ask for the password",
        194,
        408,
        "cabin",
        8,
        WHITE,
        align="middle",
        care=False,
        as_one=True,
    )
    board = Surface(210, 190, picture(plaster(draws, 420, 380, (46, 48, 46), 7, 80)))
    board.box(0, 0, 210, 190, (128, 88, 52), outline=8)
    board.write("Soup of the", 105, 52, "pen", 34, (236, 232, 220), align="middle")
    board.write("day: Pumpkin", 105, 90, "pen", 34, (236, 232, 220), align="middle")
    board.write("6.50", 105, 148, "pen", 56, (244, 206, 110), align="middle")
    s.place(board, tilted(446, 318, 230, 208, -5), shadow=7)
    return s, develop(s, draws, noise=3.5, warmth=0.03)


def road_sign(draws: Draws) -> Scene:
    s = Surface(
        640,
        440,
        picture(
            gradient(640, 440, (108, 156, 206), (214, 226, 232))
            + 10 * draws.cloud(640, 440, 220, 90, 3)[..., None]
        ),
    )
    hills = [(x, 372 - 34 * math.sin(x / 88.0) - 14 * math.sin(x / 31.0)) for x in range(0, 648, 8)]
    s.area([*hills, (640, 440), (0, 440)], (64, 92, 66), blur=1.5)
    s.box(150, 300, 166, 440, (138, 142, 146))
    s.box(478, 300, 494, 440, (138, 142, 146))
    b = Surface(520, 270, (16, 96, 74))
    b.box(6, 6, 514, 264, WHITE, radius=14, outline=4)
    for y, name, latin, far in [
        (84, "서울", "Seoul", "12km"),
        (158, "수원", "Suwon", "31km"),
        (232, "대전", "Daejeon", "140km"),
    ]:
        b.write(name, 34, y, "gothic-heavy", 48, WHITE)
        b.write(latin, 176, y, "dejavu-bold", 36, WHITE)
        b.write(far, 490, y, "dejavu-bold", 34, WHITE, align="right")
    s.place(b, [(64, 52), (584, 30), (580, 306), (70, 312)], shadow=5)
    return s, develop(s, draws, noise=4, blur=0.6)


def shop_street(draws: Draws) -> Scene:
    s = Surface(520, 640, picture(plaster(draws, 1040, 1280, (150, 146, 140), 8, 260)))
    for y in (150, 292, 434):
        for x in (36, 196, 356):
            s.box(x, y, x + 128, y + 34, (64, 78, 90))
            s.area([(x, y), (x + 60, y), (x, y + 30)], (130, 150, 164), opacity=0.4)
    signs = [
        (24, 44, 472, 92, (208, 40, 40), WHITE, "행복약국", "gothic-heavy", 66),
        (24, 196, 300, 84, (250, 206, 50), (30, 30, 34), "별빛김밥", "round-heavy", 58),
        (340, 196, 156, 84, (28, 116, 72), WHITE, "세탁소", "gothic-heavy", 40),
        (24, 338, 228, 84, (34, 62, 136), WHITE, "영어학원", "gothic-heavy", 46),
        (268, 338, 228, 84, (244, 244, 238), (190, 40, 80), "Flower", "lobster", 54),
        (24, 480, 472, 100, (40, 34, 32), (250, 196, 96), "우리동네커피전문점", "round-bold", 46),
    ]
    for x, y, wide, tall, ground, ink, text, face, size in signs:
        s.box(x + 4, y + 7, x + wide + 4, y + tall + 7, (0, 0, 0), opacity=0.4, blur=4)
        s.box(x, y, x + wide, y + tall, ground, radius=4)
        s.box(x, y, x + wide, y + tall * 0.4, (255, 255, 255), radius=4, opacity=0.1)
        lift = {"세탁소": -10, "영어학원": 8}.get(text, 0)
        s.write(text, x + wide / 2, y + tall / 2 + size * 0.34 - lift, face, size, ink, align="middle")
    s.write("2층", 466, 224, "gothic-bold", 17, WHITE, align="middle")
    s.write("상담 환영", 138, 413, "gothic", 14, (220, 226, 240), align="middle")
    s.write("전국배달", 500, 622, "gothic-heavy", 40, (60, 50, 46), align="middle")
    return s, develop(s, draws, noise=4.5, strength=0.25, light=(0.3, -0.7))


def departures(draws: Draws) -> Scene:
    s = Surface(680, 420, picture(plaster(draws, 1360, 840, (60, 64, 70), 6, 200)))
    s.box(26, 30, 654, 392, (12, 12, 14), radius=8)
    amber = (255, 178, 40)
    s.write("DEPARTURES", 48, 78, "dejavu-bold", 32, WHITE)
    s.write("17:42", 632, 78, "dejavu-mono", 32, WHITE, align="right")
    rows = [
        ("17:48", "Brighton", "4", "On time"),
        ("17:55", "Edinburgh", "11", "Delayed"),
        ("18:02", "Cambridge", "7", "On time"),
        ("18:10", "Portsmouth", "2", "Boarding"),
        ("18:15", "Wolverhampton", "9", "On time"),
        ("18:31", "Aberdeen", "12", "Cancelled"),
    ]
    for i, (time, place, platform, state) in enumerate(rows):
        y = 132 + 46 * i
        s.box(40, y - 32, 640, y + 8, (26, 26, 30))
        s.write(time, 50, y, "dejavu-mono", 25, amber)
        s.write(place, 156, y, "dejavu-mono", 25, amber)
        s.write(platform, 432, y, "dejavu-mono", 25, amber, align="right")
        s.write(
            state,
            632,
            y,
            "dejavu-mono",
            25,
            (255, 90, 70) if state in ("Delayed", "Cancelled") else amber,
            align="right",
        )
    for y in range(32, 390, 3):
        s.stroke([(28, y), (652, y)], (0, 0, 0), 0.5, opacity=0.35)
    return s, develop(s, draws, noise=4, blur=0.6)


def worn_plate(draws: Draws) -> Scene:
    s = Surface(560, 400, picture(plaster(draws, 1120, 800, (128, 120, 110), 14, 120)))
    p = Surface(460, 290, picture(metal(draws, 920, 580, (158, 160, 160), 7)))
    p.box(5, 5, 455, 285, (140, 142, 142), radius=10, outline=3)
    for x, y in [(22, 22), (438, 22), (22, 268), (438, 268)]:
        p.disc(x, y, 7, (120, 122, 124))
        p.stroke([(x - 5, y - 3), (x + 5, y + 3)], (92, 94, 96), 1.6)
    ink = (116, 118, 120)
    p.write("KESTREL PUMPWORKS", 230, 74, "bebas", 48, ink, align="middle", tracking=2)
    p.write("MODEL 7B SERIAL 004417", 230, 122, "cabin-bold", 26, ink, align="middle")
    p.write("PRESSURE 6 BAR", 230, 164, "cabin-bold", 26, (132, 134, 136), align="middle")
    p.write("BUILT IN GATESHEAD", 230, 206, "cabin-bold", 26, (130, 132, 134), align="middle")
    p.write("1964", 230, 254, "bebas", 44, ink, align="middle", tracking=6)
    s.place(p, tilted(280, 200, 470, 300, -1.5), shadow=5)
    return s, develop(s, draws, noise=3.5, light=(0.4, -0.6), strength=0.3)


def frosted_door(draws: Draws) -> Scene:
    s = Surface(
        460,
        600,
        picture(
            gradient(460, 600, (176, 190, 194), (206, 214, 212))
            + 8 * draws.cloud(460, 600, 170, 260, 2)[..., None]
        ),
    )
    s.area([(300, 0), (420, 0), (180, 600), (40, 600)], (255, 255, 255), opacity=0.16, blur=12)
    s.box(418, 230, 432, 400, (132, 136, 138), radius=6)
    pale = (226, 232, 232)
    s.write("OPTICIAN", 218, 110, "cabin-bold", 54, pale, align="middle", tracking=3)
    s.write("HARTMANN", 218, 160, "cabin-bold", 40, pale, align="middle", tracking=6)
    s.write("Opening hours", 218, 250, "cabin", 32, (232, 238, 238), align="middle")
    for i, (day, hours) in enumerate(
        [("Monday", "9-18"), ("Tuesday", "9-18"), ("Thursday", "11-20"), ("Friday", "9-16")]
    ):
        s.write(day, 84, 300 + 38 * i, "cabin", 27, (232, 238, 238))
        s.write(hours, 352, 300 + 38 * i, "cabin", 27, (232, 238, 238), align="right")
    s.write("문을 닫아 주세요", 218, 520, "gothic-bold", 28, (240, 244, 244), align="middle")
    return s, develop(s, draws, noise=3, strength=0.12)


def museum_plaque(draws: Draws) -> Scene:
    s = Surface(620, 420, picture(plaster(draws, 1240, 840, (196, 188, 176), 12, 40)))
    p = Surface(520, 300, picture(metal(draws, 1040, 600, (112, 82, 44), 8)))
    p.box(8, 8, 512, 292, (166, 130, 78), outline=2.4)
    gold = (186, 150, 96)
    p.write("Donaudampfschifffahrt", 260, 76, "vollkorn-bold", 40, gold, align="middle")
    p.write("Gesellschaft zu Regensburg", 260, 120, "vollkorn", 32, gold, align="middle")
    p.write("In diesem Hause wohnte der", 260, 176, "vollkorn", 25, (168, 132, 82), align="middle")
    p.write("Schiffsingenieur und Kapitän", 260, 208, "vollkorn", 25, (168, 132, 82), align="middle")
    p.write("Leopold Sternhagen", 260, 250, "vollkorn-bold", 32, gold, align="middle")
    p.write("1811-1879", 496, 276, "vollkorn", 20, (168, 132, 82), align="right")
    s.place(p, [(52, 54), (566, 38), (570, 376), (50, 366)], shadow=6)
    return s, develop(s, draws, noise=3, strength=0.35, light=(-0.5, -0.6), warmth=0.02)


def trail_posts(draws: Draws) -> Scene:
    forest = blend((34, 66, 40), (150, 178, 120), 0.45 + 0.4 * draws.cloud(560, 640, 70, 90, 4))
    s = Surface(560, 640, picture(forest).resize((280, 320)).resize((560, 640)))
    post = Surface(60, 640, picture(wood(draws, 120, 1280, (124, 92, 62), (72, 50, 32), 1, upright=True)))
    s.place(post, [(254, 20), (304, 20), (312, 640), (246, 640)], shadow=4)
    boards = [
        (300, 104, 7, "Waterfall 2.5 km", "dejavu-bold", 33, 1),
        (262, 216, -6, "정상 1.8km", "gothic-heavy", 44, -1),
        (306, 330, 4, "Campground", "dejavu-bold", 38, 1),
        (254, 440, -9, "약수터 쉼터", "gothic-heavy", 40, -1),
        (300, 546, 12, "Lookout Tower", "dejavu-bold", 34, 1),
    ]
    for x, y, angle, text, face, size, way in boards:
        b = Surface(400, 82, None)
        texture = Surface(400, 82, picture(wood(draws, 800, 164, (196, 158, 104), (146, 108, 66), 1))).image
        tip = (
            [(0, 6), (360, 6), (398, 41), (360, 76), (0, 76)]
            if way > 0
            else [(400, 6), (40, 6), (2, 41), (40, 76), (400, 76)]
        )
        b.area(tip, (255, 255, 255))
        texture.putalpha(b.image.getchannel("A"))
        b.image = texture
        b.write(text, 190 if way > 0 else 212, 41 + size * 0.35, face, size, (52, 32, 18), align="middle")
        s.place(b, tilted(x, y, 400, 82, angle), shadow=5)
    return s, develop(s, draws, noise=4.5, strength=0.3)


def street_banner(draws: Draws) -> Scene:
    s = Surface(720, 400, picture(gradient(720, 400, (88, 140, 200), (226, 224, 210))))
    for i in range(9):
        tall, tone = draws.between(60, 190), draws.between(0.6, 1)
        s.box(
            i * 84 - 10,
            400 - tall,
            i * 84 + 76,
            400,
            (int(150 * tone), int(130 * tone), int(118 * tone)),
            blur=1,
        )
        for j in range(int(tall // 34)):
            for k in range(3):
                s.box(
                    i * 84 + 4 + 24 * k,
                    408 - tall + 34 * j,
                    i * 84 + 16 + 24 * k,
                    424 - tall + 34 * j,
                    (92, 106, 122),
                    blur=0.6,
                )
    b = Surface(680, 130, (216, 44, 52))
    b.box(0, 0, 680, 12, (250, 206, 70))
    b.box(0, 118, 680, 130, (250, 206, 70))
    b.write("GRAND OPENING CELEBRATION", 340, 62, "cabin-bold", 42, WHITE, align="middle")
    b.write("50% off everything this Saturday only!", 340, 102, "cabin", 30, (255, 236, 180), align="middle")
    s.place(b, [(34, 66), (700, 122), (696, 258), (30, 190)], shadow=6)
    s.stroke([(0, 40), (34, 66)], (60, 60, 60), 1.6)
    s.stroke([(700, 122), (720, 112)], (60, 60, 60), 1.6)
    s.box(560, 318, 760, 378, (30, 70, 160), radius=5)
    s.box(566, 324, 760, 372, WHITE, radius=3, outline=2)
    s.write("PARKING", 586, 363, "dejavu-bold", 40, WHITE)
    s.write("Hotel", 96, 318, "script", 40, (110, 40, 40), blur=2.6, care=False, align="middle")
    return s, develop(s, draws, noise=4.5, blur=0.7)


def night_market(draws: Draws) -> Scene:
    glow = [(250, 180, 90), (240, 90, 70), (110, 170, 240), (250, 220, 150)]
    s = Surface(640, 460, picture(lights(draws, 640, 460, (16, 16, 28), glow, 60)).resize((640, 460)))
    s.box(96, 70, 544, 206, (8, 8, 14), radius=16, opacity=0.75)
    for blur, opacity in ((10, 0.5), (4, 0.5)):
        s.write(
            "야시장",
            320,
            156,
            "round-heavy",
            84,
            (255, 60, 120),
            align="middle",
            care=False,
            blur=blur,
            opacity=opacity,
        )
    s.words.clear()
    s.write("야시장", 320, 156, "round-heavy", 84, (255, 206, 222), align="middle")
    s.write("NIGHT MARKET", 320, 196, "bebas", 30, (130, 230, 255), align="middle", tracking=4)
    s.box(60, 262, 290, 400, (120, 30, 30), radius=6)
    s.write("떡볶이", 175, 322, "gothic-heavy", 52, (255, 232, 180), align="middle")
    s.write("4000원", 175, 376, "gothic-bold", 38, WHITE, align="middle")
    s.box(346, 262, 586, 400, (240, 234, 214), radius=6)
    s.write("Fresh Juice", 466, 316, "lobster", 42, (210, 80, 30), align="middle")
    s.write("mango lime melon", 466, 352, "cabin", 24, (90, 60, 40), align="middle")
    s.write("$3.50", 466, 388, "cabin-bold", 28, (210, 80, 30), align="middle")
    s.write("입구", 40, 446, "gothic-bold", 32, (230, 210, 160), blur=2.4, care=False)
    return s, develop(s, draws, noise=7, blur=0.7, strength=0.2)


def chalk_menu(draws: Draws) -> Scene:
    s = Surface(480, 620, picture(wood(draws, 960, 1240, (150, 104, 62), (92, 58, 32), 3, upright=True)))
    board = Surface(430, 570, picture(plaster(draws, 860, 1140, (42, 46, 46), 9, 150)))
    chalk = (232, 232, 222)
    board.write("오늘의 메뉴", 215, 74, "brush", 66, (244, 214, 120), align="middle")
    board.stroke([(60, 96), (200, 100), (370, 94)], chalk, 2, opacity=0.7)
    rows = [
        ("김치찌개", "9000원"),
        ("비빔밥", "8500원"),
        ("냉면", "10000원"),
        ("된장국", "7500원"),
        ("파전", "12000원"),
        ("식혜", "3000원"),
    ]
    for i, (dish, price) in enumerate(rows):
        board.write(dish, 44, 160 + 56 * i, "pen", 44, chalk)
        board.write(price, 386, 160 + 56 * i, "pen", 40, chalk, align="right")
    board.write("두 분 이상 주문하세요", 215, 508, "pen", 34, (160, 206, 200), align="middle")
    board.write(
        "물은 셀프", 66, 548, "pen", 30, (150, 150, 146), care=False, as_one=True, blur=1.6, opacity=0.5
    )
    s.place(board, tilted(240, 312, 436, 580, 1.2), shadow=5)
    return s, develop(s, draws, noise=5, strength=0.25)


def car_plate(draws: Draws) -> Scene:
    s = Surface(
        620,
        380,
        picture(
            gradient(620, 380, (60, 66, 76), (24, 26, 30)) + 3 * draws.cloud(620, 380, 200, 60, 2)[..., None]
        ),
    )
    s.stroke([(0, 78), (300, 64), (620, 80)], (140, 150, 160), 3, opacity=0.7, blur=1)
    s.box(40, 316, 580, 400, (14, 14, 16), radius=20)
    p = Surface(520, 112, (244, 244, 240))
    p.box(3, 3, 517, 109, (30, 30, 34), radius=9, outline=3)
    p.write("12가", 26, 84, "gothic-heavy", 76, (26, 26, 30))
    p.write("3456", 214, 84, "dejavu-bold", 84, (26, 26, 30), tracking=8)
    s.place(p, [(58, 146), (560, 128), (560, 242), (58, 268)], shadow=4)
    s.write("MERIDIAN", 310, 54, "cabin-bold", 36, (206, 212, 218), align="middle", tracking=16)
    s.write("QV 2.0", 520, 110, "cabin-bold", 22, (196, 60, 52), align="middle", angle=-2)
    s.write("한강모터스 강남전시장", 310, 350, "gothic", 19, (150, 152, 156), align="middle")
    return s, develop(s, draws, noise=5, blur=0.7, strength=0.3)


def terminal(draws: Draws) -> Scene:
    s = Surface(640, 440, (14, 18, 24))
    s.box(0, 0, 640, 34, (48, 52, 60))
    for i, colour in enumerate([(236, 96, 86), (240, 188, 66), (98, 196, 90)]):
        s.disc(22 + 22 * i, 17, 7, colour)
    s.write("build.log", 320, 24, "cabin", 19, (200, 204, 210), align="middle")
    green, grey, red, blue = (126, 214, 130), (206, 210, 214), (240, 106, 96), (118, 178, 246)
    rows = [
        (green, "$ make release"),
        (grey, "compiling parser.c"),
        (grey, "compiling network.c"),
        (red, "warning: unused variable"),
        (grey, "linking 47 objects"),
        (blue, "tests passed: 1308"),
        (red, "tests failed: 2"),
        (grey, "archive size 5.6 MB"),
        (green, "$ git push origin main"),
    ]
    for i, (colour, line) in enumerate(rows):
        s.write(line, 22, 76 + 39 * i, "dejavu-mono", 24, colour)
    for y in range(36, 440, 2):
        s.stroke([(0, y), (640, y)], (0, 0, 0), 0.35, opacity=0.25)
    return s, develop(s, draws, noise=3, strength=0.2)

"""A ring of whole pixels -> the pixels it covers, outline included, as OpenCV's ``fillPoly`` decides (8-connected).

Two parts, as there: every edge is drawn as a line of pixels (Bresenham's error term, from left to right; edges that
leave the image are cut to it first, coordinates cut off towards zero); then every row is filled between pairs of edges,
whose x are fixed-point numbers of 16 bits that grow by a truncated slope per row; pixels between them are set.

Reference: cv::fillPoly of OpenCV 5.0.0, line_type 8, shift 0 (8 000 random rings, also outside the image and crossing
themselves, are equal). 4.10.0 differs in single pixels along slanted outlines.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

ONE = 1 << 16


@kernel
def clip(x1, y1, x2, y2, width, height):
    """The part of a segment inside the image: (visible, x1, y1, x2, y2)."""
    right, bottom = width - 1, height - 1
    c1 = (x1 < 0) + (x1 > right) * 2 + (y1 < 0) * 4 + (y1 > bottom) * 8
    c2 = (x2 < 0) + (x2 > right) * 2 + (y2 < 0) * 4 + (y2 > bottom) * 8
    if (c1 & c2) == 0 and (c1 | c2) != 0:
        if c1 & 12:
            to = 0 if c1 < 8 else bottom
            x1 += int(float(to - y1) * (x2 - x1) / (y2 - y1))
            y1 = to
            c1 = (x1 < 0) + (x1 > right) * 2
        if c2 & 12:
            to = 0 if c2 < 8 else bottom
            x2 += int(float(to - y2) * (x2 - x1) / (y2 - y1))
            y2 = to
            c2 = (x2 < 0) + (x2 > right) * 2
        if (c1 & c2) == 0 and (c1 | c2) != 0:
            if c1:
                to = 0 if c1 == 1 else right
                y1 += int(float(to - x1) * (y2 - y1) / (x2 - x1))
                x1, c1 = to, 0
            if c2:
                to = 0 if c2 == 1 else right
                y2 += int(float(to - x2) * (y2 - y1) / (x2 - x1))
                x2, c2 = to, 0
    return (c1 | c2) == 0, x1, y1, x2, y2


@kernel
def draw(x1, y1, x2, y2, left, top, mask):
    """A line of pixels from left to right; ``mask`` is the part of the image from (left, top) on."""
    if x2 < x1:
        x1, y1, x2, y2 = x2, y2, x1, y1
    dx, dy, step = x2 - x1, y2 - y1, 1
    if dy < 0:
        dy, step = -dy, -1
    x, y = x1 - left, y1 - top
    if dy > dx:
        error = dy - 2 * dx
        for _ in range(dy + 1):
            mask[y, x] = 1
            if error < 0:
                error += 2 * dy
                x += 1
            error -= 2 * dx
            y += step
    else:
        error = dx - 2 * dy
        for _ in range(dx + 1):
            mask[y, x] = 1
            if error < 0:
                error += 2 * dx
                y += step
            error -= 2 * dy
            x += 1


@kernel
def truncated(a, b):
    """a / b, cut off towards zero as C does."""
    return a // b if (a < 0) == (b < 0) or a % b == 0 else a // b + 1


@kernel
def edges(points, width, height, left, top, mask, table):
    """Draws the outline and writes the edges that are not level: rows (first y, last y, x, slope); their number.

    ``points`` (n, 2) int64, ``table`` (n + 1, 5) int64.
    """
    n, count = len(points), 0
    for i in range(n):
        x1, y1 = points[i - 1, 0], points[i - 1, 1]
        x2, y2 = points[i, 0], points[i, 1]
        u1, v1, u2, v2 = x1 * ONE, y1, x2 * ONE, y2
        if x1 < 0 or x1 >= width or x2 < 0 or x2 >= width or y1 < 0 or y1 >= height or y2 < 0 or y2 >= height:
            visible, a1, b1, a2, b2 = clip(x1, y1, x2, y2, width, height)
            if visible:
                draw(a1, b1, a2, b2, left, top, mask)
            u1, u2 = a1 * ONE, a2 * ONE
            if b1 != b2:
                v1, v2 = b1, b2
        else:
            draw(x1, y1, x2, y2, left, top, mask)
        if y1 == y2:
            continue
        slope = truncated(u2 - u1, v2 - v1)
        if y1 < y2:
            table[count, 0], table[count, 1], table[count, 2] = y1, y2, u1 + (y1 - v1) * slope
        else:
            table[count, 0], table[count, 1], table[count, 2] = y2, y1, u2 + (y2 - v2) * slope
        table[count, 3] = slope
        count += 1
    return count


@kernel
def before(table, i, j):
    """Whether edge i comes before edge j: by first row, then x, then slope."""
    for k in (0, 2, 3):
        if table[i, k] != table[j, k]:
            return table[i, k] < table[j, k]
    return False


@kernel
def fill(points, width, height, left, top, mask, table):
    """Sets the pixels of one ring in ``mask`` (rows, columns) uint8, the part of the image from (left, top) on.

    ``table`` (n + 1, 5) int64 is scratch; its last column links the edges of a row, -1 behind the last one.
    """
    count = edges(points, width, height, left, top, mask, table)
    if count < 2:
        return
    for i in range(1, count):
        j = i
        while j > 0 and before(table, j, j - 1):
            for k in range(4):
                table[j, k], table[j - 1, k] = table[j - 1, k], table[j, k]
            j -= 1
    low, high, x_low, x_high = table[0, 0], table[0, 1], table[0, 2], table[0, 2]
    for i in range(count):
        end = table[i, 2] + (table[i, 1] - table[i, 0]) * table[i, 3]
        high = max(high, table[i, 1])
        x_low, x_high = min(x_low, table[i, 2], end), max(x_high, table[i, 2], end)
    if high < 0 or low >= height or x_high < 0 or x_low >= width * ONE:
        return
    head = count  # the row in front of the list
    table[head, 4] = -1
    now = 0
    for y in range(low, min(high, height)):
        drawing = False
        previous, last = head, table[head, 4]
        while last >= 0 or (now < count and table[now, 0] == y):
            if last >= 0 and table[last, 1] == y:
                # It ends here.
                last = table[last, 4]
                table[previous, 4] = last
                continue
            kept = previous
            if last >= 0 and (now >= count or table[now, 0] > y or table[last, 2] < table[now, 2]):
                previous, last = last, table[last, 4]
            else:
                table[previous, 4] = now
                table[now, 4] = last
                previous = now
                now += 1
            if drawing:
                x1, x2 = min(table[kept, 2], table[previous, 2]), max(table[kept, 2], table[previous, 2])
                if y >= 0:
                    x1, x2 = max((x1 + ONE - 1) >> 16, 0), min(x2 >> 16, width - 1)
                    if x1 <= x2:
                        mask[y - top, x1 - left : x2 + 1 - left] = 1
                table[kept, 2] += table[kept, 3]
                table[previous, 2] += table[previous, 3]
            drawing = not drawing
        unsorted = True
        while unsorted:
            unsorted = False
            previous, last = head, table[head, 4]
            while last >= 0 and table[last, 4] >= 0:
                following = table[last, 4]
                if table[last, 2] > table[following, 2]:
                    table[previous, 4] = following
                    table[last, 4] = table[following, 4]
                    table[following, 4] = last
                    previous = following
                    unsorted = True
                else:
                    previous, last = last, following


@kernel
def fill_rings(xy, ring, index, width, height, left, top, mask, table):
    """Sets the pixels of the rings ``index``; ``xy`` int64 (V, 2), ``table`` as long as the longest ring, and one."""
    for k in range(index.size):
        points = xy[ring[index[k]] : ring[index[k] + 1]]
        if len(points):
            fill(points, width, height, left, top, mask, table)


@kernel
def common(one, two, left, top):
    """The number of pixels set in both masks; ``two`` begins ``left`` columns and ``top`` rows behind ``one``."""
    total = 0
    for y in range(max(0, top), min(one.shape[0], top + two.shape[0])):
        for x in range(max(0, left), min(one.shape[1], left + two.shape[1])):
            total += one[y, x] & two[y - top, x - left]
    return total


def warm():
    """One call of every kernel, with the argument form all calls have."""
    xy, ring = read_only([[0, 0], [1, 0], [1, 1]], np.int64), read_only([0, 3], np.int64)
    mask = np.zeros((2, 2), np.uint8)
    fill_rings(xy, ring, read_only([0], np.int64), 2, 2, 0, 0, mask, np.zeros((4, 5), np.int64))
    common(mask, mask, 0, 0)

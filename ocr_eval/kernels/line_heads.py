"""Bytes of text entries -> the whole numbers at the front of every line, and what follows them, compiled.

Only plain bytes are understood: a subset of the grammar of numbers, LF and CR LF. Everything else is left to the
readers in Python: a line whose numbers end too early, or all entries at once.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

DIGITS = 7
EXACT = 15  # decimal digits that a double holds exactly; so are the powers of ten up to 22
PLAIN, LONG, OTHER = 0, 1, 2  # a confidence that was read; one with too many digits; anything else


@kernel
def heads(data, bounds, most, first, value, stop, begin, end, fields, place, sizes, blank, marked):
    """Lines of the entries ``data[bounds[e]:bounds[e + 1]]``, each of which ends with an LF that is not its own.

    At most ``most`` numbers of a line are read: ``value`` and ``stop``, the end of the field, with offsets ``first``
    (L + 1,). ``sizes``, ``blank`` and ``marked`` are per entry: lines with something on them, blank lines, byte order
    marks. Returns L, or -1 for a CR that ends no line.
    """
    k = line = 0
    for e in range(sizes.size):
        i, last, number = bounds[e], bounds[e + 1] - 1, 0
        if last - i >= 3 and data[i] == 0xEF and data[i + 1] == 0xBB and data[i + 2] == 0xBF:
            marked[e] = 1
            i += 3
        while i < last:
            number += 1
            first[line], begin[line] = k, i
            count, whole = 0, False
            while count < most and not whole:
                j = i + (data[i] == 32)
                negative = data[j] == 45
                j += negative
                v, digits = 0, 0
                while digits <= DIGITS and 48 <= data[j] <= 57:
                    v = 10 * v + data[j] - 48
                    j += 1
                    digits += 1
                whole = data[j] == 10 or (data[j] == 13 and data[j + 1] == 10)
                if digits == 0 or digits > DIGITS or not (whole or data[j] == 44):
                    whole = False
                    break
                value[k], stop[k] = -v if negative else v, j
                k += 1
                count += 1
                i = j + (not whole)
            commas, solid, j = 0, count > 0, i
            while data[j] != 10:
                commas += data[j] == 44
                if data[j] == 13:
                    if data[j + 1] != 10 or j + 1 == last:
                        return -1
                elif data[j] != 32 and data[j] != 9:
                    solid = True
                j += 1
            i = j + 1
            if not solid:
                blank[e] += 1
                continue
            end[line] = j - (j > begin[line] and data[j - 1] == 13)
            fields[line] = count + (0 if whole else commas + 1)
            place[line] = number
            sizes[e] += 1
            line += 1
    first[line] = k
    return line


@kernel
def texts(data, begin, end, unquoted, most, codepoints, offset, care, odd):
    """Valid UTF-8 ``data[begin[i]:end[i]]`` -> code points; ``begin`` -1 is no text. ``care``: it is not ``###``.

    ``unquoted`` takes outer quotes off where nothing else can be meant. ``odd``: the text is left to others, because
    it is longer than ``most`` bytes or its quotes need more thought.
    """
    k = 0
    for i in range(begin.size):
        offset[i] = k
        care[i] = True
        j, last = begin[i], end[i]
        if j < 0:
            continue
        if last - j > most:
            odd[i] = True
            continue
        if unquoted and last > j:
            quotes = backslashes = 0
            for m in range(j, last):
                quotes += data[m] == 34
                backslashes += data[m] == 92
            if quotes:
                left, right = data[j], data[last - 1]
                if left == 34 and right == 34 and last - j > 1 and not backslashes:
                    j += 1
                    last -= 1
                elif not (32 < left < 127 and left != 34) and not (32 < right < 127 and right != 34):
                    odd[i] = True
                    continue
        care[i] = not (last - j == 3 and data[j] == 35 and data[j + 1] == 35 and data[j + 2] == 35)
        while j < last:
            c = np.int64(data[j])
            if c < 0x80:
                j += 1
            elif c < 0xE0:
                c = (c & 0x1F) << 6 | (data[j + 1] & 0x3F)
                j += 2
            elif c < 0xF0:
                c = (c & 0x0F) << 12 | np.int64(data[j + 1] & 0x3F) << 6 | (data[j + 2] & 0x3F)
                j += 3
            else:
                c = (c & 0x07) << 18 | np.int64(data[j + 1] & 0x3F) << 12
                c |= np.int64(data[j + 2] & 0x3F) << 6 | (data[j + 3] & 0x3F)
                j += 4
            codepoints[k] = c
            k += 1
    offset[begin.size] = k
    return k


@kernel
def confidences(data, begin, end, most, powers, value, stop, kind):
    """The field at ``begin[i]``, which ends at ``stop[i]``, a comma or ``end[i]``, as a decimal from 0 to 1.

    Digits without the point are a whole number below 2^53 and ``powers`` of ten are exact, so that one division rounds
    once, as the decimal is to be rounded. ``kind`` is PLAIN, LONG (more digits) or OTHER (anything else).
    """
    for i in range(begin.size):
        j, last = begin[i], end[i]
        m, whole, fraction, point = 0, 0, 0, False
        while j < last and data[j] != 44:
            if data[j] == 46 and not point:
                point = True
            elif 48 <= data[j] <= 57:
                if whole + fraction < EXACT:
                    m = 10 * m + data[j] - 48
                if point:
                    fraction += 1
                else:
                    whole += 1
            else:
                whole = most + 10
            j += 1
        stop[i] = j
        if whole < 1 or whole > 9 or (point and fraction == 0) or j - begin[i] > most:
            kind[i] = OTHER
        elif whole + fraction > EXACT:
            kind[i] = LONG
        else:
            value[i] = m / powers[fraction]
            kind[i] = PLAIN if value[i] <= 1 else OTHER


def warm():
    """One call each, with the argument form all calls have."""
    data, bounds = read_only(list(b"1,2,.5,a\n"), np.uint8), read_only([0, 9], np.int64)
    column = [np.zeros(9, np.int64) for _ in range(5)]
    per_entry = [np.zeros(1, np.int64) for _ in range(3)]
    heads(data, bounds, 2, column[0], np.zeros(9), np.zeros(9, np.int32), *column[1:], *per_entry)
    at, end, powers = read_only([4], np.int64), read_only([8], np.int64), read_only([1.0], np.float64)
    flags = np.zeros(1, np.bool_), np.zeros(1, np.bool_)
    texts(data, at, end, True, 9, np.zeros(9, np.uint32), np.zeros(2, np.int64), *flags)
    confidences(data, at, end, 9, powers, np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int8))

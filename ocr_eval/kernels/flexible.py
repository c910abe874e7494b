"""Lines of two texts -> edits with free order of lines and of their parts; long because compiled loops stand together.

The rule stands in ``ocr_eval.text.flexible``. All settings share one table of best pieces: what two parts of lines have
in common does not depend on the setting. A cost is ``edits * BASE + substitutions``, so the smallest cost is that of an
alignment with fewest edits and, among those, fewest substitutions. Costs and letters are float64, exact below 2^53:
the compiler then computes four or eight cells of a table at once, which it does not with integers.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

BASE = 1 << 26  # above the number of characters of any line
BOUNDED, EXACT = 1, 2  # what the table of pieces knows of a pair of parts
MASKED = 4096  # longest line for which bit masks bound a piece
FIELDS = 6  # of a piece: weighted cost, edits, start and length in the gt part, start and length in the other


def counts(gt, gt_line, pred, pred_line, settings, budget):
    """(n, 4) hits, substitutions, deletions, insertions of the settings up to the first perfect one, or None.

    None: it would take more than ``budget`` steps. How many it takes depends on the texts alone.

    ``gt``, ``pred``: the code points of all lines; ``gt_line``, ``pred_line`` int64 (lines + 1,): offsets, longest line
    first, none empty. ``settings`` int64 (all, 4): the factors E, L, O, M.
    """
    letters, number = np.unique(np.concatenate([gt, pred]), return_inverse=True)
    sides = (
        (number[: len(gt)], np.float64),
        (gt_line, np.int64),
        (number[len(gt) :], np.float64),
        (pred_line, np.int64),
    )
    inputs = (read_only(array, dtype) for array, dtype in sides)
    room = np.zeros(len(letters), np.int64)
    result = np.zeros((len(settings), 4), np.int64)
    done = flexible(*inputs, read_only(settings, np.int64), room, np.int64(budget), result)
    return result[:done] if done else None


@kernel
def diagonal(letters, others, across, up, left, target):
    """Cells of one anti-diagonal from the two before it; they do not wait for each other."""
    for i in range(target.size):
        cost = across[i] + (0.0 if letters[i] == others[i] else BASE + 1.0)
        gap = (up[i] if up[i] < left[i] else left[i]) + BASE
        target[i] = cost if cost < gap else gap


@kernel
def diagonals(short, long, work, ends):
    """``ends[j]`` = cost of all of ``short`` against the first j of ``long``, for every j from 0.

    Cell i of anti-diagonal d is short[:i] against long[:d - i]. ``work`` float64 (4, longest + 2) is scratch.
    """
    n, m = short.size, long.size
    before, last, now, turned = work[0], work[1], work[2], work[3]
    for j in range(m):
        turned[j] = long[m - 1 - j]
    last[0] = 0.0
    if n == 0:
        for j in range(m + 1):
            ends[j] = j * float(BASE)
        return
    for d in range(1, n + m + 1):
        low, high = max(1, d - m), min(n, d - 1)
        if d <= m:
            now[0] = d * float(BASE)
        if d <= n:
            now[d] = d * float(BASE)
        if high >= low:
            size = high - low + 1
            diagonal(
                short[low - 1 : high],
                turned[m - d + low : m - d + low + size],
                before[low - 1 : high],
                last[low - 1 : high],
                last[low : high + 1],
                now[low : high + 1],
            )
        if d >= n:
            ends[d - n] = now[n]
        before, last, now = last, now, before


@kernel
def cost_of(a, b, work, ends):
    """The cost of two texts; equal ends are cut off first, which changes no smallest cost."""
    n, m, start = a.size, b.size, 0
    while start < n and start < m and a[start] == b[start]:
        start += 1
    while n > start and m > start and a[n - 1] == b[m - 1]:
        n -= 1
        m -= 1
    if n == start or m == start:
        return np.int64(n + m - 2 * start) * BASE
    if n <= m:
        diagonals(a[start:n], b[start:m], work, ends)
        return np.int64(ends[m - start])
    diagonals(b[start:m], a[start:n], work, ends)
    return np.int64(ends[n - start])


@kernel
def weight(cost):
    """Deletions + insertions + twice the substitutions."""
    return cost // BASE + cost % BASE


@kernel
def common(short, long, room):
    """How many letters two texts share, wherever they stand. ``room`` (letters,) is zero, and left so."""
    shared = 0
    for letter in short:
        room[np.int64(letter)] += 1
    for letter in long:
        if room[np.int64(letter)] > 0:
            shared += 1
        room[np.int64(letter)] -= 1
    for letter in short:
        room[np.int64(letter)] = 0
    for letter in long:
        room[np.int64(letter)] = 0
    return shared


@kernel
def least_edits(short, long, room, masks, up, down):
    """The fewest edits between ``short`` and any stretch of ``long``; 64 cells at a time.

    G. Myers 1999, as in ``kernels.edit``, but free to begin anywhere in ``long``; words linked as in H. Hyyrö 2003.
    ``room`` is zero, and left so; ``masks`` uint64 (letters of ``short`` + 1, words), ``up`` and ``down`` (words,).
    """
    n = short.size
    words, letters = (n + 63) // 64, 0
    for i in range(n):
        letter = np.int64(short[i])
        if room[letter] == 0:
            letters += 1
            room[letter] = letters
            masks[letters, :words] = 0
        masks[room[letter], i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    masks[0, :words] = 0
    for w in range(words):
        up[w], down[w] = ~np.uint64(0), np.uint64(0)
    one, zero, high = np.uint64(1), np.uint64(0), np.uint64(63)
    last = np.uint64((n - 1) & 63)
    edits = least = n
    for j in range(long.size):
        row = room[np.int64(long[j])]
        carried_up, carried_down = zero, zero
        for w in range(words):
            x = masks[row, w]
            vertical_up, vertical_down = up[w], down[w]
            across = x | vertical_down
            x |= carried_down
            diagonal = (((x & vertical_up) + vertical_up) ^ vertical_up) | x
            across_up = vertical_down | ~(diagonal | vertical_up)
            across_down = vertical_up & diagonal
            if w == words - 1:
                edits += np.int64((across_up >> last) & one) - np.int64((across_down >> last) & one)
            next_up, next_down = across_up >> high, across_down >> high
            across_up = (across_up << one) | carried_up
            across_down = (across_down << one) | carried_down
            up[w] = across_down | ~(across | across_up)
            down[w] = across_up & across
            carried_up, carried_down = next_up, next_down
        least = min(least, edits)
    for i in range(n):
        room[np.int64(short[i])] = 0
    return least


@kernel
def window_bounds(short, long, room, bounds):
    """``bounds[k]`` = least weight that long[k:k + n] can have against ``short``, by the letters they share."""
    n, shared = short.size, 0
    for letter in short:
        room[np.int64(letter)] += 1
    for j in range(long.size):
        entering = np.int64(long[j])
        if room[entering] > 0:
            shared += 1
        room[entering] -= 1
        if j >= n:
            leaving = np.int64(long[j - n])
            room[leaving] += 1
            if room[leaving] > 0:
                shared -= 1
        if j >= n - 1:
            bounds[j - n + 1] = 2 * (n - shared)
    for letter in short:
        room[np.int64(letter)] = 0
    for letter in long:
        room[np.int64(letter)] = 0


@kernel
def best_piece(gt, pred, work, ends, room, bounds, piece):
    """Writes the piece of ``gt`` and ``pred`` with the lowest weight, the first on ties (``FIELDS``)."""
    n, longest = min(gt.size, pred.size), max(gt.size, pred.size)
    gt_is_short = gt.size <= pred.size
    short, long = (gt, pred) if gt_is_short else (pred, gt)
    best, cost, at, length = np.int64(1) << 62, np.int64(0), 0, n
    # The window that may be best tells which others need no look; the first of the best ones is still found.
    window_bounds(short, long, room, bounds)
    likely, enough = np.argmin(bounds[: longest - n + 1]), best
    trial = cost_of(short, long[likely : likely + n], work, ends)
    if trial % BASE < n:
        enough = weight(trial)
    for k in range(longest - n + 1):
        if bounds[k] > enough or bounds[k] >= best:
            continue
        found = trial if k == likely else cost_of(short, long[k : k + n], work, ends)
        if weight(found) < best and found % BASE < n:
            best, cost, at = weight(found), found, k
            if best == 0:
                break
    if longest > n and best > longest - n:  # a piece and the whole line differ by that many edits at least
        found = cost_of(short, long, work, ends)
        if weight(found) < best and found % BASE < n:
            best, cost, at, length = weight(found), found, 0, longest
    if 0 < best < np.int64(1) << 62:
        # Lengthened at the end, by as many characters as the gt piece has deletions and substitutions.
        taken = n if gt_is_short else length
        other = length if gt_is_short else n
        edits, substitutions = cost // BASE, cost % BASE
        more = (edits - substitutions + taken - other) // 2 + substitutions
        first, end = taken + 1, min(taken + more, longest - at)
        if end >= first:
            diagonals(short, long[at : at + end], work, ends)
            for k in range(first, end + 1):
                found = np.int64(ends[k])
                if weight(found) < best and found % BASE < n:
                    best, cost, length = weight(found), found, k
    if gt.size < best:  # better to read nothing
        piece[0], piece[1], piece[2], piece[3], piece[4], piece[5] = gt.size, gt.size, 0, gt.size, 0, 0
        return
    piece[0], piece[1] = best, cost // BASE
    if gt_is_short:
        piece[2], piece[3], piece[4], piece[5] = 0, n, at, length
    else:
        piece[2], piece[3], piece[4], piece[5] = at, length, 0, n


@kernel
def slot_of(keys, used, a, a_end, b, b_end):
    """Where a pair of parts stands in the hash table, or the free place where it belongs."""
    size = used.size
    mixed = (np.uint64(a) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        np.uint64(a_end) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    mixed ^= (np.uint64(b) * np.uint64(0x165667B19E3779F9)) ^ (
        np.uint64(b_end) * np.uint64(0x27D4EB2F165667C5)
    )
    mixed ^= mixed >> np.uint64(29)
    slot = np.int64(mixed & np.uint64(size - 1))
    while used[slot] and not (
        keys[slot, 0] == a and keys[slot, 1] == a_end and keys[slot, 2] == b and keys[slot, 3] == b_end
    ):
        slot = (slot + 1) & (size - 1)
    return slot


@kernel
def cut(begin, end, count, at, start, stop):
    """Takes part ``at`` out of a list, longest first, and puts back what stands before and after start to stop.

    What is put back goes behind all parts of its length. A part that is used up whole only goes. Returns the new count.
    """
    own, own_end = begin[at], end[at]
    for k in range(at, count - 1):
        begin[k], end[k] = begin[k + 1], end[k + 1]
    count -= 1
    for side in range(2):
        low, high = (own, start) if side == 0 else (stop, own_end)
        if low >= high:
            continue
        place = count
        while place > 0 and end[place - 1] - begin[place - 1] < high - low:
            begin[place], end[place] = begin[place - 1], end[place - 1]
            place -= 1
        begin[place], end[place] = low, high
        count += 1
    return count


@kernel
def grown(used, keys, pieces):
    """The hash table with twice the room."""
    size = 2 * used.size
    new_used, new_keys = np.zeros(size, np.uint8), np.zeros((size, 4), np.int64)
    new_pieces = np.zeros((size, FIELDS), np.int64)
    for old in range(used.size):
        if used[old]:
            slot = slot_of(new_keys, new_used, keys[old, 0], keys[old, 1], keys[old, 2], keys[old, 3])
            new_used[slot] = used[old]
            new_keys[slot], new_pieces[slot] = keys[old], pieces[old]
    return new_used, new_keys, new_pieces


@kernel
def flexible(gt, gt_line, pred, pred_line, settings, room, budget, result):
    """Fills ``result`` (settings, 4) and returns how many rows; 0 when it would take more than ``budget`` steps.

    A step is a cell of a table of costs, or a part that is looked at.
    """
    gts, preds, longest = gt_line.size - 1, pred_line.size - 1, 1
    for k in range(gts):
        longest = max(longest, gt_line[k + 1] - gt_line[k])
    for k in range(preds):
        longest = max(longest, pred_line[k + 1] - pred_line[k])
    work, ends = np.zeros((4, longest + 2)), np.zeros(longest + 2)
    bounds = np.zeros(longest + 2, np.int64)
    masks = np.zeros((min(longest, MASKED) + 1, min(longest, MASKED) // 64 + 1), np.uint64)
    up, down = np.zeros(masks.shape[1], np.uint64), np.zeros(masks.shape[1], np.uint64)
    used, keys = np.zeros(1 << 12, np.uint8), np.zeros((1 << 12, 4), np.int64)
    pieces, filled = np.zeros((1 << 12, FIELDS), np.int64), 0
    # No list grows beyond the number of characters; each cut adds one part at most.
    gt_from, gt_to = np.zeros(gt.size + 2, np.int64), np.zeros(gt.size + 2, np.int64)
    pred_from, pred_to = np.zeros(pred.size + 2, np.int64), np.zeros(pred.size + 2, np.int64)
    steps = np.int64(0)
    for setting in range(len(settings)):
        by_edits, by_length, by_offset, by_size = settings[setting]
        a_count, b_count = gts, preds
        for k in range(gts):
            gt_from[k], gt_to[k] = gt_line[k], gt_line[k + 1]
        for k in range(preds):
            pred_from[k], pred_to[k] = pred_line[k], pred_line[k + 1]
        hits, substitutions, deletions, insertions = 0, 0, 0, 0
        while a_count > 0 and b_count > 0:
            threshold = min(gt_to[0] - gt_from[0], pred_to[0] - pred_from[0])
            kept_a, kept_b, kept = np.int64(-1), np.int64(-1), -1  # of one type from the start
            for a in range(a_count):
                size = gt_to[a] - gt_from[a]
                if size < threshold:
                    break
                chosen, chosen_b = -1, -1
                while chosen < 0:
                    # The lowest penalty by what is known; where that is a bound, the piece is looked for now.
                    steps += b_count
                    lowest, lowest_b, least = -1, -1, np.int64(0)
                    for b in range(b_count):
                        other = pred_to[b] - pred_from[b]
                        slot = slot_of(keys, used, gt_from[a], gt_to[a], pred_from[b], pred_to[b])
                        if not used[slot]:
                            if 2 * filled >= used.size:
                                # Slots move, so the search begins anew.
                                used, keys, pieces = grown(used, keys, pieces)
                                lowest = -2
                                break
                            filled += 1
                            used[slot] = BOUNDED
                            keys[slot, 0], keys[slot, 1] = gt_from[a], gt_to[a]
                            keys[slot, 2], keys[slot, 3] = pred_from[b], pred_to[b]
                            mine, theirs = gt[gt_from[a] : gt_to[a]], pred[pred_from[b] : pred_to[b]]
                            shared = common(mine, theirs, room)
                            bound = 2 * (min(size, other) - shared)
                            if min(size, other) <= MASKED:
                                steps += (size * other >> 6) + max(size, other)
                                if size <= other:
                                    fewest = least_edits(mine, theirs, room, masks, up, down)
                                else:
                                    fewest = least_edits(theirs, mine, room, masks, up, down)
                                bound = max(bound, fewest)
                            pieces[slot, 0] = min(size, bound)
                        difference = abs(size - other)
                        offset = np.int64(0)  # twice the distance from the nearer end of the leeway
                        if difference > 1 and used[slot] == EXACT:
                            offset = difference - abs(2 * max(pieces[slot, 2], pieces[slot, 4]) - difference)
                        penalty = (
                            pieces[slot, 0] * by_edits + difference * by_length - min(size, other) * by_size
                        )
                        penalty = 2 * penalty + offset * by_offset
                        if lowest < 0 or penalty < least:
                            lowest, lowest_b, least = slot, b, penalty
                    if lowest == -2:
                        continue
                    if used[lowest] == EXACT:
                        chosen, chosen_b = lowest, lowest_b
                        continue
                    other = pred_to[lowest_b] - pred_from[lowest_b]
                    n = min(size, other)
                    steps += (max(size, other) - n + 2) * n * n
                    if steps > budget:
                        return 0
                    theirs = pred[pred_from[lowest_b] : pred_to[lowest_b]]
                    best_piece(gt[gt_from[a] : gt_to[a]], theirs, work, ends, room, bounds, pieces[lowest])
                    used[lowest] = EXACT
                # The most accurate gt part: fewest edits per character, the first on ties.
                if kept < 0 or pieces[chosen, 1] * pieces[kept, 3] < pieces[kept, 1] * pieces[chosen, 3]:
                    kept_a, kept_b, kept = a, chosen_b, chosen
                if pieces[kept, 1] == 0:
                    break
            weighted, edits, start, taken, other_start, other_taken = pieces[kept]
            replaced = weighted - edits
            deleted = (edits - replaced + taken - other_taken) // 2
            hits += taken - replaced - deleted
            substitutions += replaced
            deletions += deleted
            insertions += edits - replaced - deleted
            start += gt_from[kept_a]
            a_count = cut(gt_from, gt_to, a_count, kept_a, start, start + taken)
            other_start += pred_from[kept_b]
            b_count = cut(pred_from, pred_to, b_count, kept_b, other_start, other_start + other_taken)
            if steps > budget:
                return 0
        for a in range(a_count):
            deletions += gt_to[a] - gt_from[a]
        for b in range(b_count):
            insertions += pred_to[b] - pred_from[b]
        result[setting, 0], result[setting, 1] = hits, substitutions
        result[setting, 2], result[setting, 3] = deletions, insertions
        if substitutions + deletions + insertions == 0:
            return setting + 1
    return len(settings)


def warm():
    """One call, with the argument form all calls have."""
    text, line = np.array([97, 98], np.uint32), np.array([0, 2])
    counts(text, line, text[:1], line // 2, np.ones((1, 4), np.int64), 1000)

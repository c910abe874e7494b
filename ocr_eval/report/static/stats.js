// The statistics of a pair of submissions, bit for bit those of ocr_eval.stats.
'use strict';
{
  const S = OE.stats = {}, GOLDEN = 0x9e3779b9, from = (n, make) => Float64Array.from({length: n}, (none, i) => make(i));

  // Random numbers lb32/1.
  function mix(x) {
    x = Math.imul(x ^ x >>> 16, 0x7feb352d);
    x = Math.imul(x ^ x >>> 15, 0x846ca68b);
    return (x ^ x >>> 16) >>> 0;
  }
  const draw = (key, i) => mix(key ^ mix(Math.imul(i, 0x85ebca6b) + key | 0));
  S.mix = mix;
  S.draw = draw;
  S.key = (seed, b) => mix(seed ^ mix(b + GOLDEN | 0));
  S.index = (key, i, n) => Math.floor(draw(key, i) * n / 4294967296);
  S.stream = (seed, number) => mix(seed ^ Math.imul(number, GOLDEN));

  // A formula over a table of columns: `sides` (over, under; twice for a harmonic mean), `value` of their sums,
  // `each` sample's own value. Real-valued sums are multiples of 2^-30, so that adding them is exact.
  S.metric = function (formula, table, n) {
    const rates = formula.kind === 'rate' ? [formula] : [formula.precision, formula.recall];
    const terms = rates.flatMap(one => [one.over, one.under]);
    const grid = x => x + 6291456 - 6291456; // ties to even: an ulp is 2^-30 above 2^22
    const columns = new Map(terms.flat().map(([name]) =>
      [name, name.startsWith('sum:') ? table.get(name).map(grid) : table.get(name)]));
    const sides = terms.map(side =>
      from(n, i => side.reduce((sum, [name, weight]) => sum + weight * columns.get(name)[i], 0)));
    const rate = function (k, sums, at, empty) {
      const over = rates[k].floor ? Math.max(sums[at], 0) : sums[at];
      return sums[at + 1] ? over / sums[at + 1] : over ? NaN : rates[k][empty] ?? NaN;
    };
    const value = function (sums, at = 0, empty = 'empty') {
      const p = rate(0, sums, at, empty), r = rates[1] ? rate(1, sums, at + 2, empty) : 0;
      return rates[1] ? 2 * p * r / (p + r || 1) : p;
    };
    return {formula, rates, columns, sides, value, each: from(n, i => value(sides.map(side => side[i]), 0, 'alone'))};
  };

  // Two metrics on chosen samples, added up per group: units x (A's sides, B's sides).
  S.pair = function (a, b, chosen, groups) {
    const sides = [...a.sides, ...b.sides], width = sides.length, own = groups ? chosen.map(i => groups[i]) : chosen;
    const place = new Map([...new Set(own)].sort((x, y) => x - y).map((group, k) => [group, k])), n = place.size;
    const rows = new Float64Array(n * width), total = new Float64Array(width), differ = new Set();
    sides.forEach((side, k) => chosen.forEach(function (i, j) {
      rows[place.get(own[j]) * width + k] += side[i];
      total[k] += side[i];
    }));
    for (const [name, column] of a.columns) {
      const gaps = new Float64Array(n), other = b.columns.get(name);
      chosen.forEach((i, j) => { gaps[place.get(own[j])] += column[i] - other[i]; });
      gaps.forEach((gap, unit) => gap && differ.add(unit));
    }
    const values = sums => [a.value(sums), b.value(sums, width / 2)];
    const real = [...a.columns.keys()].some(name => name.startsWith('sum:'));
    const exact = rows.reduce((most, x) => Math.max(most, Math.abs(x)), 1) * n < 2 ** (real ? 23 : 53) && n < 2 ** 21;
    return {a, rows, total, width, n, values, exact, differ: [...differ].sort((x, y) => x - y)};
  };

  // Generators rest between pieces of work, so that a page stays alive. Intervals of A, B and A - B:
  S.bootstrap = function* (pair, seed, B) {
    const {rows, width, n} = pair, sums = new Float64Array(width), found = [0, 1, 2].map(() => new Float64Array(B));
    for (let b = 0; b < B; b++) {
      const key = S.key(seed, b);
      sums.fill(0);
      for (let i = 0; i < n; i++) {
        const at = S.index(key, i, n) * width;
        for (let k = 0; k < width; k++) sums[k] += rows[at + k];
      }
      const [x, y] = pair.values(sums);
      found.forEach((values, k) => { values[b] = [x, y, x - y][k]; });
      if (b % 32 === 0) yield b / B;
    }
    return found.map((values, k) => interval(values, pair, k));
  };
  S.quantile = function (sorted, p) { // type 7
    const at = p * (sorted.length - 1), k = Math.floor(at), g = at - k, a = sorted[k], b = sorted[k + 1] ?? a, d = b - a;
    return g < 0.5 ? a + d * g : b - d * (1 - g);
  };
  function interval(values, pair, which) { // null: there is none
    const sorted = values.sort(), last = sorted[sorted.length - 1], {formula} = pair.a, {over, under} = formula;
    if (pair.n < 20 || last !== last) return null;
    if (sorted[0] < last) return [S.quantile(sorted, 0.025), S.quantile(sorted, 0.975)];
    // All replicates are equal: Wilson's interval where the metric is k of n; 2 tp of g + d is tp of half as many.
    if (which > 1 || !over || over[1] || [...over, ...under].some(term => term[0].startsWith('sum:'))) return null;
    const [k, n] = [0, 1].map(side => pair.total[which * 2 + side] / over[0][1]), z = 1.9599639845400536;
    if (!(k >= 0 && k <= n && n)) return null;
    const p = k / n, scale = 1 + z * z / n, half = z / scale * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const centre = (p + z * z / (2 * n)) / scale;
    return [k ? centre - half : 0, k < n ? centre + half : 1];
  }

  // p of the two-sided paired permutation test: every exchange of up to 16 differing units, else R of stream 1.
  S.permutation = function* (pair, seed, R) {
    const {rows, width, total, differ} = pair, m = differ.length, half = width / 2, sums = new Float64Array(width);
    const gap = () => { const [x, y] = pair.values(sums); return Math.abs(x - y); };
    const all = m <= 16, runs = all ? 2 ** m : R;
    sums.set(total);
    const least = gap() - 1e-12;
    if (least !== least) return null;
    let count = 0;
    for (let r = 0; r < runs; r++) {
      const key = S.key(S.stream(seed, 1), r);
      sums.set(total);
      differ.forEach(function (unit, j) {
        if (all ? !(r >> j & 1) : draw(key, unit) < 2 ** 31) return;
        for (let k = unit * width, side = 0; side < half; k++, side++) {
          sums[side] += rows[k + half] - rows[k];
          sums[side + half] += rows[k] - rows[k + half];
        }
      });
      if (!(gap() < least)) count++;
      if (r % 32 === 0) yield r / runs;
    }
    return all ? count / runs : (1 + count) / (runs + 1);
  };

  S.influence = function (metric, chosen) { // the metric moves by e/n when a sample counts once more
    const {sides} = metric, total = sides.map(side => chosen.reduce((sum, i) => sum + side[i], 0));
    const floored = k => metric.rates[k / 2]?.floor && total[k] < 0;
    const [p, r] = [0, 2].map(k => floored(k) ? 0 : total[k] / total[k + 1] || 0);
    const e = (k, x, i) => floored(k) ? 0 : (sides[k][i] - x * sides[k + 1][i]) / (total[k + 1] / chosen.length) || 0;
    return chosen.map(i => (sides[2] ? (2 * r * r * e(0, p, i) + 2 * p * p * e(2, r, i)) / (p + r) ** 2 || 0 : e(0, p, i)));
  };

  S.adjust = function (ps) { // Benjamini–Hochberg
    const order = OE.order(ps, true), found = [];
    order.reduce((least, k, j) => (found[k] = Math.min(least, ps.length * ps[k] / (ps.length - j))), 1);
    return found;
  };

  // Runs a generator in pieces of 30 ms; once `stale()`, it never ends.
  S.run = async function (job, stale, progress) {
    for (let step, end; ;) {
      for (end = performance.now() + 30; !(step = job.next()).done && performance.now() < end;);
      if (step.done) return step.value;
      progress(step.value);
      await new Promise(resolve => setTimeout(() => stale() || resolve()));
    }
  };
}

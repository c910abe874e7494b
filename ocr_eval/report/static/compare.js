// c.html: two submissions on the samples of a filter, interval and p drawn live; or the stored comparison.
'use strict';
{
  const S = OE.stats, {get, el, bdi, percent, points, choose} = OE;
  const [board, a, b, slice, count, least, status] = ['board', 'a', 'b', 'slice', 'count', 'least', 'status'].map(get);
  let turn = 0, last = null, tab = {};
  const say = (key, values) => { status.textContent = OE.fill(status.dataset[key], values); };
  const range = (ends, show) => (ends ? `[${ends.map(end => show(end)).join(', ')}]` : '');
  const row = (name, ...cells) => el('tr', null, el('th', {scope: 'row'}, name), ...cells.map(cell => el('td', null, cell)));
  const fill = (id, rows) => get(id).tBodies[0].replaceChildren(...rows);
  const kinds = (tags, chosen) => [...new Set(chosen.map(i => tags[i]))].sort();

  function facts(values, ends, p, wins) { // of A, B and A - B
    ['score-a', 'score-b', 'difference'].forEach((id, k) => {
      get(id).textContent = k < 2 ? `${percent(values[k])} ${range(ends[k], percent)}` : points(values[k]);
      get(id).dataset.exact = values[k];
    });
    get('interval').textContent = range(ends[2], points) || 'n/a';
    get('interval').dataset.exact = ends[2];
    get('pvalue').textContent = OE.p(p);
    get('pvalue').dataset.exact = p;
    get('wins').textContent = wins.join(' / ');
  }

  async function update() {
    const mine = ++turn, stale = () => mine !== turn, wanted = '' + ['board', 'prot', 'a', 'b', 'slice', 'count', 'least'].map(OE.state);
    if (wanted === last) return;
    last = wanted;
    const named = [...board].filter(one => one.dataset.board === OE.state('board')), of = named[0] ? named : [...board];
    const option = of.find(one => one.dataset.prot === OE.state('prot')) || of[0];
    board.value = option.value;
    say('loading');
    try {
      if (tab.data !== option.value) {
        const found = await OE.tab(option.value), {meta} = found;
        if (stale()) return;
        tab = found;
        OE.decimals = meta.decimals;
        for (const select of [a, b]) select.replaceChildren(...meta.rows.map(one => OE.option([one.key, one.name])));
        slice.replaceChildren(slice[0], ...Object.entries(meta.tags).map(([label, tags]) => el('optgroup', {label},
          ...kinds(tags, [...tags.keys()]).map(tag => OE.option([`${label}:${tag}`, tag || '–'])))));
        count.replaceChildren(...meta.shared.map(([name]) => OE.option([name, name])));
      }
      const {meta} = tab;
      choose(a, +(meta.rows[0]?.key === OE.state('b')));
      choose(b, +(meta.rows[0]?.key === a.value));
      choose(slice);
      choose(count);
      least.value = OE.state('least');
      const pair = [a, b].map(select => meta.rows[select.selectedIndex]), live = pair.every(one => one && one.shard != null);
      if (!pair[0]) return say('nothing');
      for (const node of OE.all('.name-a, .name-b')) node.replaceChildren(bdi(pair[+node.matches('.name-b')].name));
      for (const node of OE.all('.live')) node.hidden = !live;
      if (live) await draw(meta, pair, await Promise.all(pair.map(tab.table)), stale, option.dataset.prot);
      else stored(meta, pair);
    } catch (error) {
      if (!stale()) say('missing', {path: error.message});
    }
  }

  function stored(meta, [x, y]) {
    const one = x !== y && meta.pairs.find(pair => [x.key, y.key].every(key => key === pair.a || key === pair.b));
    const sign = one && one.a === x.key ? 1 : -1, ends = [x, y, one].map(z => (z && z.lo != null ? [z.lo, z.hi] : null));
    if (sign < 0 && ends[2]) ends[2] = [-one.hi, -one.lo];
    const wins = one && one.wins != null ? [one.wins, one.losses, one.ties] : [];
    if (sign < 0) wins.splice(0, 2, ...wins.slice(0, 2).reverse());
    facts([x.value, y.value, one ? sign * one.difference : null], ends, one ? one.p : null, wins);
    say(one ? 'stored' : 'unpaired');
  }

  async function draw(meta, pair, tables, stale, prot) {
    const n = meta.samples.length, counts = tables[0].get(count.value), [label, tag] = slice.value.split(/:(.*)/s);
    const chosen = [...meta.samples.keys()].filter(i =>
      (!label || meta.tags[label][i] === tag) && (!(least.value > 0) || counts[i] >= least.value));
    const main = meta.metrics.find(one => one.name === meta.headline), worse = main.higher_is_better === false;
    const both = tables.map(table => S.metric(main.formula, table, n)), data = S.pair(...both, chosen, meta.groups);
    const wins = [0, 0, 0], size = {count: chosen.length, total: n};
    const values = data.values(data.total).map((x, k) => (chosen.length < n ? x : pair[k].value)); // as published
    for (const i of chosen) {
      const [p, q] = both.map(one => one.each[i]);
      wins[p > q ? +worse : p < q ? +!worse : 2]++;
    }
    values.push(values[0] - values[1]);
    facts(values, [], null, wins);
    separate(meta, both, chosen, worse, prot);
    if (!data.exact) return say('large');
    const progress = part => say('progress', {percent: Math.round(100 * part), ...size});
    const test = async data => [await S.run(S.bootstrap(data, meta.seed, meta.B), stale, progress),
      await S.run(S.permutation(data, meta.seed, meta.R), stale, progress)];
    facts(values, ...await test(data), wins);
    const parts = [];
    get('by-slice').hidden = !Object.keys(meta.tags).length;
    for (const [label, tags] of Object.entries(meta.tags)) {
      for (const tag of kinds(tags, chosen)) {
        const part = chosen.filter(i => tags[i] === tag), data = S.pair(...both, part, meta.groups);
        parts.push([`${label}: ${tag || '–'}`, part.length, data.values(data.total), ...await test(data)]);
      }
    }
    const adjusted = S.adjust(parts.map(one => one[4] ?? 1));
    fill('slices', parts.map(([name, size, [x, y], ends, p], k) => row(bdi(name), size, percent(x), percent(y),
      `${points(x - y)} ${range(ends[2], points)}`, OE.p(p), OE.p(p && adjusted[k]))));
    say('done', {...size, seed: meta.seed, B: meta.B});
  }

  function separate(meta, both, chosen, worse, prot) { // samples by e_A - e_B: the ends as tables, all as histogram
    const [e, f] = both.map(one => S.influence(one, chosen)), gaps = e.map((x, k) => (x - f[k]) / chosen.length);
    const order = [...OE.order(gaps, true)], view = new URLSearchParams({s: a.value, b: b.value, prot});
    const ends = [order.filter(k => gaps[k] > 0), order.filter(k => gaps[k] < 0).reverse()];
    ['a-better', 'b-better'].forEach((id, side) => fill(id, ends[worse ? 1 - side : side].slice(0, 10).map(function (k) {
      const i = chosen[k], page = meta.pages[i], href = page && `i/${meta.dataset}/${page}.html#${view}`;
      return row(el('a', {href}, bdi(meta.samples[i])), ...both.map(one => percent(one.each[i])), points(gaps[k]));
    })));
    const most = gaps.reduce((top, x) => Math.max(top, Math.abs(x)), 0), bins = new Array(21).fill(0);
    for (const x of gaps) bins[Math.min(20, Math.floor((x / (most || 1) + 1) * 10.5))]++;
    const high = Math.max(...bins, 1), value = k => points((k - 10) * most / 10.5);
    get('histogram').querySelector('g').replaceChildren(...bins.map((size, k) => el('svg:rect',
      {x: 28 * k, y: 100 - 100 * size / high, width: 26, height: 100 * size / high, class: 'bin' + Math.sign(k - 10)})));
    fill('bins', bins.map((size, k) => row(value(k), size)));
  }

  board.addEventListener('change', function () {
    const {board: id, prot} = board.selectedOptions[0].dataset;
    OE.set({board: id, prot, slice: '', least: ''});
  });
  get('swap').addEventListener('click', () => OE.set({a: b.value, b: a.value}));
  if (board.length) OE.watch(update);
}

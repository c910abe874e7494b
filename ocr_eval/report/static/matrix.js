// images.html: samples x submissions; the page's table, or a list whose rows exist only where one looks.
'use strict';
if (OE.get('matrix')) { // a board may be empty
  const {get, el, percent} = OE, HEIGHT = 28, region = get('matrix'), table = region.querySelector('table');
  const [prot, slice, only, a, b, shown] = ['prot', 'slice', 'only', 'a', 'b', 'shown'].map(get), list = el('div', {class: 'list'});
  let order = [], pool = [], data = '', watcher = null, paint = null;

  async function build(name, plain) { // what the list holds under one protocol
    const tab = await OE.tab(name), {meta} = tab, n = meta.samples.length, rows = meta.rows.filter(row => row.shard != null);
    const main = meta.metrics.find(one => one.name === meta.headline), best = main.higher_is_better === false ? 0 : 1;
    const {verdict, ...items} = meta.items, columns = new Map([['sample', meta.samples], ...Object.entries(items)]);
    await Promise.all(rows.map(row => columns.set(row.key, null) && tab.table(row).then(table =>
      columns.set(row.key, Float32Array.from(OE.stats.metric(main.formula, table, n).each)))));
    const names = new Map(rows.map(row => [row.key, row.name])), values = [...columns.values()];
    OE.decimals = meta.decimals;
    for (const select of [a, b]) select.replaceChildren(...rows.map(row => OE.option([row.key, row.name])));
    slice.replaceChildren(slice[0], ...Object.entries(meta.tags).flatMap(([label, tags]) =>
      [...new Set(tags)].sort().map(tag => OE.option([`${label}:${tag}`, `${label}: ${tag}`]))));
    const keep = function (i, query) {
      const [label, tag] = slice.value.split(/:(.*)/s), [x, y] = [a, b].map(select => columns.get(select.value)[i]);
      return (!label || meta.tags[label][i] === tag) && meta.samples[i].toLowerCase().includes(query)
        && (!only.value || (only.value === 'split' ? x === best && y === y && y !== best : verdict[i] === only.value));
    };
    const heads = plain ? OE.all('[data-key]', table.tHead) : [...columns.keys()].map(key =>
      el('div', {'data-key': key}, el('button', {type: 'button'}, OE.bdi(names.get(key) || region.dataset[key]))));
    const lines = plain && [...table.tBodies[0].rows];
    paint = function () { // the rows in sight
      const first = Math.max(0, Math.floor(region.scrollTop / HEIGHT) - 1);
      pool.forEach(function (row, k) {
        const i = order[first + k], [link, ...cells] = row.children;
        row.hidden = i === undefined;
        if (row.hidden) return;
        row.style.top = `${(first + k + 1) * HEIGHT}px`;
        link.textContent = meta.samples[i];
        if (meta.pages[i]) link.href = region.dataset.pages + meta.pages[i] + '.html'; else link.removeAttribute('href');
        cells.forEach(function (cell, c) {
          const x = values[c + 1][i];
          cell.textContent = c === 2 && x != null ? x.toFixed(2).replace('-', '\u2212') : percent(x);
          cell.className = c > 2 && x >= 0 ? 'v' + Math.round(4 * Math.min(1, x)) : '';
        });
      });
    };
    pool = plain ? [] : Array.from({length: Math.ceil(region.clientHeight / HEIGHT) + 2}, () =>
      el('div', {class: 'row'}, el('a'), ...heads.slice(1).map(() => el('span'))));
    if (!plain) list.replaceChildren(el('div', {class: 'head'}, ...heads), ...pool);
    watcher = OE.rows(heads, n, key => columns.get(key), keep, function (found) {
      order = found;
      list.style.height = `${(found.length + 1) * HEIGHT}px`;
      if (plain) OE.show(table.tBodies[0], lines, found); else paint();
    });
  }

  async function update() {
    OE.choose(prot);
    const name = prot.selectedOptions[0].dataset.data, plain = !!table && table.dataset.prot === prot.value;
    if (table) table.hidden = !plain;
    list.hidden = plain;
    try {
      if (name !== data) await build(data = name, plain);
    } catch (error) {
      shown.textContent = OE.fill(shown.dataset.missing, {path: error.message});
      return;
    }
    [slice, only, a].forEach(select => OE.choose(select));
    OE.choose(b, 1);
    watcher();
  }

  region.append(list);
  region.addEventListener('scroll', () => requestAnimationFrame(() => paint && paint()));
  if (prot.length) OE.watch(update);
}

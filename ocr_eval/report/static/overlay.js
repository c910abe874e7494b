// i/…: submissions over one sample, one or two side by side; polygons and rows linked; zoom; keys.
'use strict';
{
  const {get, all, el} = OE, root = get('panes'), first = root.firstElementChild, names = new Map();
  const [s, b, prot] = ['s', 'b', 'prot'].map(get), {x, y, width, height} = get('overlay').viewBox.baseVal, whole = [x, y, width, height];
  let box = whole, second = null, from = null, shard = null;

  const text = (key, values) => OE.fill(names.get(key) ?? key, values);
  const sentence = reasons => reasons.map(([key, values, joint]) => joint + text('reason.' + key, values)).join('');
  const pieces = parts => (typeof parts === 'string' ? [parts] : parts.map(([kind, piece, mark]) =>
    el(kind, null, piece, ...mark ? [el('sub', null, mark)] : [])));
  const row = (side, index, [parts, kind, state, partners, reasons]) => el('tr', {class: state, 'data-side': side, 'data-index': index},
    el('th', {scope: 'row'}, el('a', {href: `#i=${side[0]}${index}`}, index)), el('td', null, el('bdi', null, ...pieces(parts))),
    el('td', null, partners.join(', ')), el('td', null, text('kind.' + kind)), el('td', null, sentence(reasons)));

  function show(pane, layer) { // another submission in a pane
    const find = selector => pane.querySelector(selector);
    find('h2').replaceChildren(OE.bdi(layer.name));
    find('.value').textContent = OE.percent(layer.value);
    for (const side of ['gt', 'pred']) find('tbody.' + side).replaceChildren(...layer[side].map((one, i) => row(side, i, one)));
    find('.preds').replaceChildren(...layer.pred.map(([, , state, , , points], i) =>
      el('svg:polygon', {class: 'pred ' + state, 'data-side': 'pred', 'data-index': i, points})));
    all('polygon.gt', pane).forEach(function (ring, i) {
      ring.setAttribute('class', 'gt ' + layer.gt[i][2]);
      ring.setAttribute('fill', layer.gt[i][2] === 'ignored' ? 'url(#hatch)' : 'none');
    });
    find('.lines').replaceChildren(...layer.lines.map(([x1, y1, x2, y2]) => el('svg:line', {x1, y1, x2, y2})));
    find('.removals').hidden = !layer.steps.length;
    find('.steps').replaceChildren(...layer.steps.map(step => el('li', null, sentence(step))));
  }

  async function update() {
    prot.value = OE.state('prot');
    if (prot.selectedIndex < 0) prot.selectedIndex = 0;
    OE.choose(s);
    b.value = OE.state('b');
    const now = [s.value, prot.value, b.value].join(' ').trim();
    if (now !== from) {
      from = now;
      if (shard || now !== root.dataset.first) {
        shard = await OE.json(root.dataset.shard, root.dataset.key);
        for (const [key, one] of Object.entries(await OE.json(root.dataset.texts, 'text.' + document.documentElement.lang))) names.set(key, one);
        if (now !== from) return;
        const layer = key => shard.layers.find(one => one.key === key && one.tab === prot.value);
        if (layer(s.value)) show(first, layer(s.value));
        if (second) second.remove();
        second = layer(b.value) ? first.cloneNode(true) : null;
        if (second) {
          all('[id]', second).forEach(node => node.removeAttribute('id'));
          root.append(second);
          show(second, layer(b.value));
        }
      }
      zoom(box);
    }
    const [, side, index] = OE.state('i').match(/^([gp]?)(\d+)$/) || [];
    mark('on', index && {side: side === 'p' ? 'pred' : 'gt', index});
  }

  function mark(name, {side, index} = {}) { // an instance wherever it is shown
    for (const node of all('.' + name, root)) node.classList.remove(name);
    for (const node of all(`[data-side="${side}"][data-index="${index}"]`, root)) node.classList.add(name);
  }
  function zoom(to) {
    box = to;
    for (const drawing of all('svg', root)) drawing.setAttribute('viewBox', box.join(' '));
  }
  const scale = (by, [x, y] = [box[0] + box[2] / 2, box[1] + box[3] / 2]) =>
    zoom([x + (box[0] - x) * by, y + (box[1] - y) * by, box[2] * by, box[3] * by]);
  const at = event => { // in the sample's pixels
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(event.target.closest('svg').getScreenCTM().inverse());
    return [point.x, point.y];
  };

  const hover = event => mark('over', event.target.closest('[data-index]')?.dataset);
  for (const kind of ['mouseover', 'focusin']) root.addEventListener(kind, hover);
  root.addEventListener('click', function ({target}) {
    const ring = target.closest('polygon');
    if (ring) OE.set({i: ring.dataset.side[0] + ring.dataset.index});
    const line = ring && all(`tr[data-side="${ring.dataset.side}"][data-index="${ring.dataset.index}"]`, ring.closest('.pane'))[0];
    if (line) line.scrollIntoView({block: 'nearest'});
  });
  root.addEventListener('wheel', function (event) {
    if (!event.target.closest('svg')) return;
    event.preventDefault();
    scale(event.deltaY > 0 ? 1.25 : 0.8, at(event));
  }, {passive: false});
  root.addEventListener('pointermove', function (event) {
    const drawing = event.buttons & 1 && event.target.closest('svg');
    if (drawing) zoom([box[0] - event.movementX * box[2] / drawing.clientWidth, box[1] - event.movementY * box[3] / drawing.clientHeight, box[2], box[3]]);
  });
  const step = function (by) { // to another instance
    const rows = all('tr[data-index]', first), now = rows.findIndex(row => row.matches('.on'));
    const {side, index} = rows[Math.max(0, Math.min(rows.length - 1, now + by))].dataset;
    OE.set({i: side[0] + index});
  };
  const follow = rel => { const link = document.querySelector(`a[rel=${rel}]`); if (link) link.click(); };
  const keys = {'+': () => scale(0.8), '-': () => scale(1.25), 0: () => zoom(whole), j: () => step(1), k: () => step(-1),
    n: () => follow('next'), p: () => follow('prev')};
  document.addEventListener('keydown', function (event) {
    if (get('keys').checked && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches('select')) keys[event.key]?.();
  });
  document.addEventListener('click', ({target}) => keys[target.dataset?.zoom]?.());
  for (const box of all('input[data-layer]')) {
    box.addEventListener('change', () => root.classList.toggle('no-' + box.dataset.layer, !box.checked));
  }
  if (s.length) OE.watch(update);
}

// What all scripts share: elements, numbers, order, the view in location.hash, tabs, copying.
'use strict';
window.OE = {root: new URL('..', document.currentScript.src).href, decimals: 2};
{
  OE.get = id => document.getElementById(id);
  OE.all = (selector, within = document) => [...within.querySelectorAll(selector)];
  OE.el = function (name, attributes, ...children) { // 'svg:rect' is an element of SVG
    const space = name.startsWith('svg:') ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
    const node = document.createElementNS(space, name.replace('svg:', ''));
    for (const key in attributes) if (attributes[key] != null) node.setAttribute(key, attributes[key]);
    node.append(...children);
    return node;
  };
  OE.bdi = text => OE.el('bdi', null, text);
  OE.fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  OE.option = ([value, name]) => OE.el('option', {value}, name);
  OE.choose = function (select, other = 0) { // the option that the view names, else another
    select.value = OE.state(select.dataset.state);
    if (select.selectedIndex < 0) select.selectedIndex = Math.min(other, select.length - 1);
    return select.value;
  };

  OE.percent = function (x, plus = '') { // from the shortest decimal, ties to even
    if (!Number.isFinite(x)) return 'n/a';
    const size = Math.abs(x), y = size < 1e-6 ? 0 : Number(`${size}e${OE.decimals + 2}`), low = Math.floor(y), rest = y - low;
    const whole = low + (rest > 0.5 || rest === 0.5 && low % 2);
    return (whole && (x < 0 ? '\u2212' : plus) || '') + (whole / 10 ** OE.decimals).toFixed(OE.decimals);
  };
  OE.points = x => OE.percent(x, '+');
  OE.p = x => (x == null ? 'n/a' : x < 1e-4 ? '< 0.0001' : x.toPrecision(2).replace(/\.?0+$/, ''));

  // Indices by value: numbers, or strings by code point; undefined last either way, ties by index.
  OE.order = function (values, down) {
    const points = text => [...text].map(c => c.codePointAt().toString(16).padStart(6)).join('');
    const keys = Array.from(values, v => (v == null || v !== v ? null : v.at ? points(v) : v));
    return Uint32Array.from(keys.keys()).sort(function (i, j) {
      const a = keys[i], b = keys[j], sign = a < b ? -1 : a > b;
      return (a === null) - (b === null) || (down ? -sign : sign) || i - j;
    });
  };

  // Whoever shows something watches the view; whoever changes something sets it.
  const watchers = [], view = () => new URLSearchParams(location.hash.slice(1));
  const tell = () => watchers.forEach(watcher => watcher());
  OE.state = key => view().get(key) || '';
  OE.watch = watcher => { watchers.push(watcher); watcher(); };
  OE.set = function (changes) {
    const now = view();
    for (const key in changes) if (changes[key]) now.set(key, changes[key]); else now.delete(key);
    history.replaceState(null, '', '#' + now);
    tell();
  };
  addEventListener('hashchange', tell);
  document.addEventListener('input', function ({target}) {
    if (target.dataset.state) OE.set({[target.dataset.state]: target.value});
  });

  document.addEventListener('click', function (event) {
    const [jump, language, copy] = ['a[href^="#"]', 'a.language', '[data-copy]'].map(s => event.target.closest(s));
    if (language) language.hash = location.hash;
    if (copy && navigator.clipboard) {
      const text = copy.textContent;
      navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = copy.dataset.done; });
      setTimeout(() => { copy.textContent = text; }, 1500);
    }
    if (!jump) return;
    event.preventDefault(); // a jump must not wipe out the view
    const hash = jump.hash.slice(1), target = OE.get(hash);
    if (hash.includes('=')) return OE.set(Object.fromEntries(new URLSearchParams(hash)));
    target.tabIndex = -1;
    target.focus();
    target.scrollIntoView();
  });

  const sections = OE.all('section[data-prot]'); // one tab per protocol
  OE.watch(function () {
    const shown = sections.find(section => section.dataset.prot === OE.state('prot')) || sections[0];
    for (const section of sections) section.hidden = section !== shown;
    for (const link of OE.all('a[data-tab]')) link.ariaCurrent = link.dataset.tab === shown.dataset.prot;
  });
}

// Rows sorted by header buttons (sort=key, sort=-key) and filtered (q), with a count; result tables are such rows.
'use strict';
{
  const {state} = OE, filter = OE.get('filter'), shown = OE.get('shown');

  // `column(key)`: values to sort by; `keep(i)`: may row i of `size` be seen; `show(order)` shows rows. Returns a watcher.
  OE.rows = function (heads, size, column, keep, show) {
    const mark = heads.map(head => (head.matches('th') ? 'aria-sort' : 'data-sort'));
    const first = heads.map((head, k) => head.getAttribute(mark[k]) || 'none');
    for (const head of heads) head.querySelector('button').addEventListener('click', function () {
      const key = head.dataset.key, numbers = [...column(key)].some(x => typeof x === 'number');
      OE.set({sort: (state('sort') === key || numbers && state('sort') !== '-' + key ? '-' : '') + key});
    });
    return function () {
      const sort = state('sort'), down = sort[0] === '-', head = heads.find(one => one.dataset.key === sort.slice(down));
      const value = one => (one !== head ? 'none' : down ? 'descending' : 'ascending');
      heads.forEach((one, k) => one.setAttribute(mark[k], head ? value(one) : first[k]));
      const order = head ? OE.order(column(head.dataset.key), down) : Uint32Array.from(Array(size).keys());
      if (filter && filter.value !== state('q')) filter.value = state('q');
      const seen = order.filter(i => keep(i, state('q').toLowerCase()));
      show(seen);
      if (shown) shown.textContent = OE.fill(shown.dataset.text, {shown: seen.length, total: size});
    };
  };
  OE.show = (body, rows, order) => {
    for (const row of rows) row.hidden = true;
    for (const i of order) rows[i].hidden = false;
    body.append(...Array.from(order, i => rows[i]));
  };

  for (const table of OE.all('table.results')) {
    const body = table.tBodies[0], rows = [...body.rows], texts = rows.map(row => row.textContent.toLowerCase());
    const heads = OE.all('th[data-key]', table);
    const column = function (key) { // data-v-… of the rows; a column without any sorts by its text or its link's
      const at = heads.find(head => head.dataset.key === key).cellIndex;
      const text = row => (row.cells[at].querySelector('a') || row.cells[at]).textContent.trim().replace(/(?<=\d),(?=\d)|^–$/g, '');
      let cells = rows.map(row => row.getAttribute('data-v-' + key) || null);
      if (!cells.some(Boolean)) cells = rows.map(row => text(row) || null);
      return cells.every(cell => Number.isFinite(+cell)) ? cells.map(cell => cell && +cell) : cells;
    };
    const watcher = OE.rows(heads, rows.length, column, (i, query) => texts[i].includes(query),
      order => OE.show(body, rows, order));
    OE.watch(() => table.closest('[hidden]') || watcher());
  }
}

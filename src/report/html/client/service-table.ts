/** Sorts the table of services by a click on a head, and filters it. */
export function enliveTable(page: Document): void {
  const table = page.getElementById('service-table');
  const body = table?.querySelector('tbody');
  if (!table || !body) return;
  const heads = [...table.querySelectorAll<HTMLElement>('th[data-column]')];
  for (const [column, head] of heads.entries()) {
    const button = page.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const isNumber = head.classList.contains('n');
      const was = head.getAttribute('aria-sort');
      const order = was === null ? (isNumber ? 'descending' : 'ascending') : opposite(was);
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', order);
      const sign = order === 'ascending' ? 1 : -1;
      body.append(...[...body.rows].sort((a, b) => compare(a, b, column, isNumber, sign)));
    });
  }
  const filter = page.getElementById('service-filter');
  const count = page.getElementById('service-count');
  if (!(filter instanceof HTMLInputElement)) return;
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    if (count) count.textContent = wanted === '' ? '' : `${shown} of ${body.rows.length} services`;
  });
}

function opposite(order: string): 'ascending' | 'descending' {
  return order === 'ascending' ? 'descending' : 'ascending';
}

/** What has no value comes last, whichever way. */
function compare(
  a: HTMLTableRowElement,
  b: HTMLTableRowElement,
  column: number,
  isNumber: boolean,
  sign: number,
): number {
  const [one, other] = [a, b].map((row) => row.cells[column]?.dataset['v'] ?? '');
  if (one === undefined || other === undefined) return 0;
  if (one === '' || other === '') return Number(one === '') - Number(other === '');
  return sign * (isNumber ? Number(one) - Number(other) : one < other ? -1 : Number(one > other));
}

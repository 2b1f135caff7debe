/** Segments of diagrams: hovering and focus show their numbers, arrow keys go from one to the next. */
export function enliveDiagrams(page: Document): void {
  for (const svg of page.querySelectorAll<SVGSVGElement>('details.conn svg.lk')) {
    const segments = [...svg.querySelectorAll<SVGGElement>('.seg')];
    const told = svg.closest('.body')?.querySelector<HTMLElement>('.told');
    if (!told) continue;
    for (const [index, segment] of segments.entries()) {
      segment.setAttribute('tabindex', index === 0 ? '0' : '-1');
      segment.addEventListener('pointerenter', () => tell(told, segment));
      segment.addEventListener('focus', () => {
        for (const other of segments) other.setAttribute('tabindex', other === segment ? '0' : '-1');
        tell(told, segment);
      });
      segment.addEventListener('keydown', (event) => {
        const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: segments.length - 1 }[event.key];
        const next = to === undefined ? undefined : segments[to];
        if (!next) return;
        event.preventDefault();
        next.focus();
        next.scrollIntoView({ block: 'nearest' });
      });
    }
  }
}

function tell(told: HTMLElement, segment: SVGGElement): void {
  const status = told.querySelector('[role=status]');
  const actions = told.querySelector<HTMLElement>('.actions');
  if (status) status.textContent = segment.getAttribute('aria-label');
  if (!actions) return;
  const frame = segment.dataset['frame'] ?? '';
  actions.hidden = false;
  for (const button of actions.querySelectorAll('button')) {
    button.dataset['copy'] = button.dataset['copies'] === 'filter' ? `frame.number == ${frame}` : frame;
  }
}

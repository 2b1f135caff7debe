/** Search, links to connections and findings (`#c17`, `#c17-1`), and keys. */
export function enliveConnections(page: Document, signal: AbortSignal): void {
  const search = page.getElementById('search');
  const [verdict, kind] = ['verdict', 'kind'].map((id) => page.getElementById(id));
  const count = page.getElementById('connection-count');
  const all = [...page.querySelectorAll<HTMLDetailsElement>('details.conn')];
  if (!(search instanceof HTMLInputElement)) return;

  const choose = (): void => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { verdict: chosenIn(verdict), kind: chosenIn(kind) };
    let shown = 0;
    for (const one of all) {
      const { verdict: own = '', kind: closed = '', words: text = '' } = one.dataset;
      const fits =
        (wanted.verdict === '' || wanted.verdict === own) &&
        (wanted.kind === '' || wanted.kind === closed) &&
        words.every((word) => matches(text, word));
      one.hidden = !fits;
      if (fits) shown += 1;
    }
    const isAll = shown === all.length;
    if (count) count.textContent = isAll ? '' : `${shown} of ${all.length} connections`;
  };
  search.addEventListener('input', choose);
  for (const select of [verdict, kind]) select?.addEventListener('change', choose);

  const follow = (): void => {
    const target = page.getElementById(decodeURIComponent(location.hash.slice(1)));
    const holder = target?.closest<HTMLDetailsElement>('details.conn');
    if (!target || !holder) return;
    if (holder.hidden) {
      search.value = '';
      for (const select of [verdict, kind]) if (select instanceof HTMLSelectElement) select.value = '';
      choose();
    }
    holder.open = true;
    holder.querySelector('summary')?.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'start' });
  };
  window.addEventListener('hashchange', follow, { signal });
  follow();

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      search.focus();
      search.scrollIntoView({ block: 'center' });
    } else if (event.key === 'Escape' && event.target === search) {
      search.value = '';
      choose();
    } else if (isTyping) {
      return;
    } else if (event.key === 'j' || event.key === 'k') {
      event.preventDefault();
      step(all, event.key === 'j' ? 1 : -1);
    }
  };
  page.addEventListener('keydown', onKey, { signal });
}

/** `#17` is that connection, and not #170. */
function matches(text: string, word: string): boolean {
  return word.startsWith('#') ? text.split(' ').includes(word) : text.includes(word);
}

function chosenIn(select: HTMLElement | null | undefined): string {
  return select instanceof HTMLSelectElement ? select.value : '';
}

/** Focuses the next connection that is shown, or the one before. */
function step(all: readonly HTMLDetailsElement[], by: 1 | -1): void {
  const shown = all.filter((one) => !one.hidden);
  const at = shown.findIndex((one) => one.contains(document.activeElement));
  const next = shown[at < 0 ? (by === 1 ? 0 : shown.length - 1) : at + by];
  next?.querySelector('summary')?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

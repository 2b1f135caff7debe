/** Buttons that copy: `data-copy` is the text, `data-link` the part of the address behind the page's own. */
export function enliveCopies(page: Document, signal: AbortSignal): void {
  const said = page.getElementById('said');
  const onClick = (event: Event): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (!button) return;
    const link = button.dataset['link'];
    const words = link === undefined ? button.dataset['copy'] : location.href.replace(/#.*$/, '') + link;
    if (words === undefined) return;
    void copy(page, words).then((isCopied) => {
      const before = button.textContent;
      button.textContent = isCopied ? 'Copied' : 'Cannot copy';
      if (said) said.textContent = isCopied ? `Copied: ${words}` : 'The browser does not let this page copy.';
      setTimeout(() => {
        button.textContent = before;
      }, 1200);
    });
  };
  page.addEventListener('click', onClick, { signal });
}

/** A file opened from a disk may lack the clipboard: then a selection is copied the old way. */
async function copy(page: Document, words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const area = page.createElement('textarea');
    area.value = words;
    page.body.append(area);
    area.select();
    const isCopied = page.execCommand('copy');
    area.remove();
    return isCopied;
  }
}

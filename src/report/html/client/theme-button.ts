/** The button that goes from light to dark and back. */
export function enliveTheme(page: Document): void {
  const root = page.documentElement;
  page.getElementById('theme')?.addEventListener('click', () => {
    const isDark =
      (root.dataset['theme'] ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
      'dark';
    root.dataset['theme'] = isDark ? 'light' : 'dark';
  });
}

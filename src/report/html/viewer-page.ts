import { documentOf, type PageAssets, scriptJson } from './page.ts';
import { pageStyle } from './style.ts';

/** What the viewer is put together from when it is built. */
export interface ViewerParts extends PageAssets {
  /** The script of its worker. */
  readonly worker: string;
  /** The WebAssembly of the core, in base64. */
  readonly core: string;
  readonly version: string;
}

const STYLE = `
#drop{border:2px dashed var(--quiet);border-radius:10px;padding:1.2rem;margin:1rem 0}
#drop.over{border-color:var(--accent);background:var(--raised)}
progress{width:100%}
`;

/** No network: what unpacks zstd carries its WebAssembly as an address of its own content, which leads nowhere. */
export const NO_NETWORK = 'connect-src data:';

/** The page in which one drops captures: the report's own page, with the check in a worker inside of it. */
export function viewerPage({ script, worker, core, version, hashOf }: ViewerParts): string {
  const style = pageStyle() + STYLE;
  return documentOf({
    title: 'lastack viewer',
    style,
    policy: `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(script)}' 'wasm-unsafe-eval'; worker-src blob:; ${NO_NETWORK}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lastack`,
    body: `<section id="viewer" aria-label="Viewer"><header><div id="drop"><p><b>lastack viewer</b>: drop captures here (pcap, pcapng, also gzip, zstd or xz), or a report (json, ndjson). They are checked inside this page; nothing leaves the computer.</p>
<div class="bar"><label>Captures or a report <input type="file" id="files" multiple></label><label>Profile <select id="profile"></select></label></div>
<progress id="progress" max="1" hidden aria-label="Progress of the check"></progress><p id="progress-said" role="status"></p></div></header></section>
<div id="report"></div>
<script type="application/json" id="parts">${scriptJson({ worker, core, version })}</script>
<script>${script}</script>`,
  });
}

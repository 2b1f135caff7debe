import { COLOURS, type Colour, diagramRules, SOCKET_STATES, stateColour } from '../diagram/theme.ts';

/** The style of the page: its colours as custom properties, light and dark, and everything readable from 360 pixels on. */
export function pageStyle(): string {
  const states = SOCKET_STATES.map(stateColour);
  return [
    `:root{color-scheme:light dark;${properties(0)}}`,
    `@media (prefers-color-scheme:dark){:root{${properties(1)}}}`,
    `:root[data-theme=light]{color-scheme:light;${properties(0)}}`,
    `:root[data-theme=dark]{color-scheme:dark;${properties(1)}}`,
    RULES,
    ...TIERS.map((name) => `.t-${name}{color:var(--${name})}`),
    ...states.map((name) => `.swatch.s-${name}{background:var(--${name})}`),
    diagramRules((colour) => `var(--${colour})`),
  ].join('\n');
}

const TIERS = ['violation', 'suspect', 'inconclusive', 'note', 'conformant'] as const satisfies Colour[];

function properties(theme: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(([name, pair]) => `--${name}:${pair[theme]}`)
    .join(';');
}

const RULES = `
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
code,.mono,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 1rem}
header{padding-top:1.2rem}
h1{font-size:1.45rem;line-height:1.25;margin:0 0 .3rem}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.4rem 0}
a{color:var(--accent)}
.quiet{color:var(--quiet)}
nav{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--line);margin-top:.8rem}
nav ul{list-style:none;display:flex;gap:.2rem 1.1rem;overflow-x:auto;max-width:1180px;margin:0 auto;padding:.5rem 1rem;white-space:nowrap}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.8rem;padding:0;margin:1rem 0}
.facts>div{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem}
.facts dt{color:var(--quiet);font-size:.85rem}
.facts dd{margin:0}
.facts ul{list-style:none;margin:0;padding:0}
.facts li{display:flex;justify-content:space-between;gap:1rem}
.tag{font-weight:600;white-space:nowrap}
.warn{border-left:4px solid var(--inconclusive);padding:.2rem .8rem;background:var(--raised)}
button,select,input{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--quiet);border-radius:5px;padding:.25rem .6rem;max-width:100%}
input[type=search]{background:var(--ground);min-width:0;width:min(100%,19rem)}
input[type=range]{padding:0;width:100%}
button{cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.lk .seg:focus-visible{outline:none}
.lk .seg:focus-visible .hit,.lk .seg:hover .hit{fill-opacity:.16}
.lk .seg:focus-visible .hit{stroke:var(--accent);stroke-width:2}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:normal}
#service-table td{white-space:nowrap}#service-table td:last-child{white-space:normal;min-width:14rem}
th{white-space:nowrap;font-weight:600;color:var(--quiet)}
td.n,th.n{text-align:right;white-space:nowrap}
th button{border:0;background:none;padding:0;font-weight:600;color:inherit}
th[aria-sort=ascending] button::after{content:" \\25B2" / ""}
th[aria-sort=descending] button::after{content:" \\25BC" / ""}
.bar{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.6rem 0}
.bar label{display:grid;font-size:.85rem;color:var(--quiet)}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;background:var(--ground)}
details>summary{cursor:pointer;padding:.4rem .8rem;background:var(--raised);border-radius:6px}
details[open]>summary{border-radius:6px 6px 0 0}
details>.body{padding:.4rem .8rem .8rem}
summary .row{display:inline-flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline;width:calc(100% - 1.6rem);vertical-align:top}
summary .grow{flex:1 1 16rem}
.conn{content-visibility:auto;contain-intrinsic-size:auto 2.6rem}
.conn:target,.finding:target{outline:2px solid var(--accent);outline-offset:2px}
.lk{display:block;width:100%;min-width:660px;max-width:900px;height:auto}
.chart{max-width:none;min-width:480px}
.finding{margin:.5rem 0;padding:.1rem 0}
.finding dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.3rem 0}
.finding dt{color:var(--quiet)}
.finding dd{margin:0}
.told{min-height:3.2em;background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.4rem .7rem;margin:.4rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.3rem 0;font-size:.88rem}
.swatch{display:inline-block;width:.9em;height:.9em;border-radius:2px;margin-right:.35em;vertical-align:-.08em}
.cursor{stroke:var(--ink);stroke-width:1.5}
.budget{stroke:var(--violation);stroke-width:1.5;stroke-dasharray:7 4;fill:none}
.slope{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:3 3;fill:none}
.range{stroke:var(--accent);stroke-width:2}
.span{fill:var(--accent);fill-opacity:.35}
.dot{fill:var(--accent)}
.js-only{display:none}
.js .js-only{display:revert}
.js .bar.js-only{display:flex}
[hidden]{display:none!important}
.skip{position:absolute;left:-9999px}
.skip:focus{position:static}
footer{margin:3rem auto 2rem;color:var(--quiet);font-size:.88rem}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 .3em;background:var(--raised)}
@media (max-width:600px){header,main,footer{padding:0 .7rem}details>.body{padding:.4rem .5rem .6rem}.finding dl{grid-template-columns:1fr}.finding dt{margin-top:.3rem}}
@media print{nav,.js-only,.bar{display:none!important}}
`;

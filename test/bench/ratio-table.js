import { COPY, TOOLS } from './tools.js';

/**
 * lastack beside each tool, as a Markdown table: how many times as long it takes, and how many times the CPU.
 *
 * @param {readonly { name: string, kind: string, times: Record<string, { seconds: number, cpu: number, megabytes: number }> }[]} results
 */
export function ratioTable(results) {
  const copies = new Set(Object.values(COPY));
  const others = Object.keys(TOOLS).filter(
    (tool) => tool !== 'lastack' && !copies.has(tool) && results.some(({ times }) => times[tool]),
  );
  const head = ['capture', 'lastack', 'CPU', 'memory', 'the copy', ...others];
  const rows = results.flatMap(({ name, kind, times }) => {
    const own = times['lastack'];
    if (!own) return [];
    const ratios = [COPY[kind], ...others].map((tool) => ratio(own, times[tool]));
    return [
      [
        name,
        `${own.seconds.toFixed(2)} s`,
        `${own.cpu.toFixed(2)} s`,
        `${own.megabytes.toFixed(0)} MB`,
        ...ratios,
      ],
    ];
  });
  if (rows.length === 0) return '';
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return ['', 'lastack takes so many times as long as others / so many times their CPU:', '', ...lines].join(
    '\n',
  );
}

function ratio(own, other) {
  if (!other) return '';
  return `${times(own.seconds, other.seconds)} / ${times(own.cpu, other.cpu)}`;
}

const times = (own, other) => (other > 0 ? (own / other).toFixed(2) : '–');

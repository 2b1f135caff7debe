import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DRAWN, PageCollector } from '../engine/page-collector.ts';
import { formatHtml } from '../report/html/page.ts';
import type { CheckFlags } from './check-flags.ts';
import type { Format } from './format.ts';
import type { Output } from './output.ts';

/** `--format html`: what a page shows is gathered as connections become final, and written at the end. */
export function htmlFormat({ htmlConnections = DRAWN }: CheckFlags, output: Output): Format {
  const script = readFileSync(createRequire(import.meta.url).resolve('#page.js'), 'utf8');
  const collector = new PageCollector(htmlConnections);
  return {
    connections: 'none',
    needsFindings: false,
    onJudged: (reported, judged, epoch) => collector.take(reported, judged, epoch),
    finish: ({ report, ports }) => {
      const data = collector.data(report);
      output.write([formatHtml({ ...data, ports }, { script, hashOf })]);
    },
  };
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('base64');
}

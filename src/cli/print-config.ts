import type { Policy } from '../policy/policy.ts';
import { jsonText } from '../report/json-text.ts';
import { Output } from './output.ts';
import type { Settings } from './settings.ts';

/** `--print-config`: what the run would go by as JSON, with where each value comes from. */
export function printConfig({ resolved, policy }: Settings): void {
  const { services, waivers, ...values } = resolved;
  const state = (index: number): { state: string } => ({
    state: policy?.waivers[index]?.expired ? 'expired' : 'in force',
  });
  const printed = {
    config: policy?.config ?? null,
    ...values,
    services: services.map(({ where, entry }) => ({ value: entry, from: where })),
    waivers: waivers.map(({ where, entry }, index) => ({ value: entry, from: where, ...state(index) })),
  } satisfies { config: Policy['config'] } & Record<string, unknown>;
  new Output().write([`${jsonText(printed, 2)}\n`]);
}

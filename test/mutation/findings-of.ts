import type { Finding } from '../../src/rules/finding.ts';
import { connectionsOf } from '../support/connections.ts';
import { captureOf, type Packet } from './packets.ts';

/** What a check finds in a capture of these packets. */
export async function findingsOf(linkType: number, list: readonly Packet[]): Promise<Finding[]> {
  const { connections } = await connectionsOf(captureOf(linkType, list));
  return connections.flatMap(({ findings }) => findings);
}

import type { Endpoint } from '../flow/flow.ts';
import type { Selector } from './config.ts';
import { isTextWithin, parseAddress, parseNetwork } from './network.ts';

/** Whose connections; of a whole service there is no client, or only its address is known. */
export interface Ends {
  readonly client: Pick<Endpoint, 'address'> | null;
  readonly server: Endpoint;
}

/** Makes of a selector a test. */
export function selects({ address, network, port, role = 'server' }: Selector): (ends: Ends) => boolean {
  const ports = port === undefined ? null : new Set(typeof port === 'number' ? [port] : port);
  const networks = [
    address === undefined ? null : parseAddress(address),
    network === undefined ? null : parseNetwork(network),
  ].filter((one) => one !== null);
  const isMeant = (end: Ends['client']): boolean =>
    end !== null && networks.every((one) => isTextWithin(end.address, one));
  return ({ client, server }) => {
    if (ports !== null && !ports.has(server.port)) return false;
    if (networks.length === 0) return true;
    return (role !== 'client' && isMeant(server)) || (role !== 'server' && isMeant(client));
  };
}

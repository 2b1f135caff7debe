import { concat } from './packets.ts';

/** Turns a number relative to the peer's initial sequence number (a SACK edge) into a raw one. */
export type ToRaw = (relative: number) => number;

type Encode = (match: RegExpExecArray, toRaw: ToRaw) => Uint8Array;

/** TCP options as the notation and `show` spell them; each is encoded as it stands, without padding. */
const OPTIONS: readonly (readonly [RegExp, Encode])[] = [
  [/^nop$/i, () => bytes(1)],
  [/^eol$/i, () => bytes(0)],
  [/^mss (\d+)$/i, ([, value]) => concat(bytes(2, 4), u16(Number(value)))],
  [/^wscale (\d+)$/i, ([, value]) => bytes(3, 3, Number(value))],
  [/^sackOK$/i, () => bytes(4, 2)],
  [/^sack ((?:\d+:\d+\s*)+)$/i, ([, list = ''], toRaw) => sack(list, toRaw)],
  [
    /^TS val (\d+) ecr (\d+)$/i,
    ([, value, echo]) => concat(bytes(8, 10), u32(Number(value)), u32(Number(echo))),
  ],
  [/^md5$/i, () => concat(bytes(19, 18), new Uint8Array(16))],
  [/^ao$/i, () => concat(bytes(29, 16), new Uint8Array(14))],
  [/^mptcp (\d+)$/i, ([, subtype]) => concat(bytes(30, 4, Number(subtype) << 4), bytes(0))],
  [/^fastopen( [\da-f]+)?$/i, ([, cookie = '']) => withData(34, cookie)],
  [/^kind (\d+)( [\da-f]+)?$/i, ([, kind, data = '']) => withData(Number(kind), data)],
];

/** Encodes `mss 1460, sackOK, TS val 100 ecr 0`. Throws an Error that names what it cannot read. */
export function encodeOptions(text: string, toRaw: ToRaw): Uint8Array {
  const parts = text.split(',').map((part) => part.trim());
  return concat(
    ...parts.filter(Boolean).map((part) => {
      for (const [pattern, encode] of OPTIONS) {
        const match = pattern.exec(part);
        if (match) return encode(match, toRaw);
      }
      throw new Error(
        `no TCP option "${part}": there are mss N, wscale N, sackOK, sack A:B, TS val N ecr N, fastopen, mptcp N, md5, ao, kind N, nop, eol`,
      );
    }),
  );
}

function sack(list: string, toRaw: ToRaw): Uint8Array {
  const edges = list.trim().split(/[\s:]+/);
  return concat(bytes(5, 2 + edges.length * 4), ...edges.map((edge) => u32(toRaw(Number(edge)))));
}

function withData(kind: number, hexadecimal: string): Uint8Array {
  const data = Buffer.from(hexadecimal.trim(), 'hex');
  return concat(bytes(kind, 2 + data.length), data);
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function u16(value: number): Uint8Array {
  return bytes(value >>> 8, value);
}

function u32(value: number): Uint8Array {
  return bytes(value >>> 24, value >>> 16, value >>> 8, value);
}

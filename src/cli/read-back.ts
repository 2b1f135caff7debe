import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The schema of reports, as it is shipped; what is read back is held to it. */
const REPORT = 'urn:lastack:report:1';
const DIGITS = '^[0-9]{1,20}$';

const COUNT = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** A state without its rows and log entries, whose bytes a checksum holds. */
const STATE = {
  $id: 'urn:lastack:state:2',
  type: 'object',
  required: ['profile', 'captures', 'timeline'],
  properties: {
    profile: {
      type: 'object',
      required: ['name', 'msl', 'finWait2', 'rstInTimeWaitIgnored'],
      properties: {
        name: { $ref: `${REPORT}#/$defs/profileName` },
        msl: { type: 'number', exclusiveMinimum: 0 },
        finWait2: { type: ['number', 'null'], exclusiveMinimum: 0 },
        rstInTimeWaitIgnored: { type: 'boolean' },
      },
    },
    captures: { type: 'array', items: { $ref: `${REPORT}#/$defs/capture` } },
    timeline: {
      type: 'object',
      required: ['epoch', 'last', 'records', 'captures', 'table', 'awaited'],
      properties: {
        epoch: { type: 'string', pattern: DIGITS },
        last: { type: ['number', 'null'], minimum: 0 },
        records: COUNT,
        captures: {
          type: 'array',
          items: {
            type: 'object',
            required: ['index', 'firstFrame'],
            properties: { index: COUNT, firstFrame: { ...COUNT, minimum: 1 } },
          },
        },
        table: {
          type: 'object',
          required: ['nextId', 'now'],
          properties: {
            nextId: COUNT,
            now: { type: 'number' },
            unreachable: { type: 'array', items: { type: 'array', minItems: 2, maxItems: 2 } },
          },
        },
        awaited: {
          type: 'array',
          items: {
            type: 'object',
            required: ['flow', 'replay', 'close', 'profile', 'linger'],
            properties: {
              flow: {
                type: 'object',
                required: ['id', 'client', 'server', 'frames'],
                properties: { id: COUNT },
              },
              replay: { type: 'object' },
              close: { type: 'object' },
            },
          },
        },
        contexts: {
          type: 'array',
          items: {
            type: 'object',
            required: ['within', 'tunnel', 'id', 'ends'],
            properties: {
              within: COUNT,
              tunnel: { type: 'string' },
              id: { type: 'number' },
              ends: { type: ['array', 'null'] },
            },
          },
        },
        fragments: {
          type: 'array',
          items: {
            type: 'object',
            required: [
              'key',
              'frame',
              'time',
              'bytes',
              'ranges',
              'count',
              'length',
              'received',
              'cut',
              'isSpoilt',
            ],
            properties: {
              key: { type: 'string' },
              frame: COUNT,
              time: { type: 'number' },
              bytes: { type: 'array', maxItems: 65_535, items: { ...COUNT, maximum: 255 } },
              ranges: { type: 'array', items: { ...COUNT, maximum: 65_535 } },
              count: COUNT,
              length: { type: 'integer', minimum: -1, maximum: 65_535 },
              received: COUNT,
              cut: { type: ['integer', 'null'], minimum: 0 },
              isSpoilt: { type: 'boolean' },
            },
          },
        },
      },
    },
  },
};

const PLACES: Readonly<Record<What, string>> = {
  state: 'urn:lastack:state:2',
  report: REPORT,
  captureLine: `${REPORT}#/$defs/captureLine`,
  summaryLine: `${REPORT}#/$defs/summaryLine`,
};

type What = 'state' | 'report' | 'captureLine' | 'summaryLine';

let known: Ajv2020 | null = null;

/** What is wrong with something that was read back, and where: `summary/services/0/port must be integer`; null where nothing is. */
export function faultOf(value: unknown, what: What): string | null {
  known ??= schemas();
  const validate = known.getSchema(PLACES[what]);
  if (!validate) throw new Error(`there is no schema ${PLACES[what]}`);
  if (validate(value)) return null;
  const [fault] = validate.errors ?? [];
  return `${fault?.instancePath.replace(/^\//, '') || 'the whole'} ${fault?.message ?? 'is not as it must be'}`;
}

function schemas(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false });
  // Beside this file, and beside the bundle that it is made part of.
  const path = new URL('../report/report.schema.json', import.meta.url);
  ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')) as object);
  ajv.addSchema(STATE);
  return ajv;
}

/** What a payload is, as a number: see `Content` of `machine/logged-segment.ts`. Numbers only, for both compilers. */
export const OTHER = 0;
export const ALERT = 1;
export const UNKNOWN = 2;

/** A longer payload is more than a farewell, and is not looked at. */
export const LONGEST_FAREWELL = 64;
/** Type, version and length of a TLS record (RFC 8446 5.1). */
export const RECORD_HEADER = 5;

export const TYPE_ALERT = 21;
export const TYPE_DATA = 23;
export const VERSION_3 = 3;
/** What TLS 1.3 makes of an alert: two bytes, their type, and sixteen bytes that seal them (RFC 8446 5.2). */
export const SEALED_ALERT = 19;

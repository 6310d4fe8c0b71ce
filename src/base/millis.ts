// Time as the pure world knows it: monotonic milliseconds, always an argument, never read from a clock.

/** Milliseconds. As an instant: monotonic, fractions allowed; from an arbitrary zero, in the engine from 1970. As a duration: from 0. */
export type Millis = number;

export const SECOND: Millis = 1000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

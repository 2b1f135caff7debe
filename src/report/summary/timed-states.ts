/** The states whose length says something of a service. */
export const TIMED_STATES = ['CLOSE_WAIT', 'FIN_WAIT_2', 'TIME_WAIT'] as const;
export type TimedState = (typeof TIMED_STATES)[number];

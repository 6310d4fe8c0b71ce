// SIP statuses and Q.850 causes, each in the other's words: RFC 3398 sections 7.2.4.1 and 8.2.6.1, with what RFC 4497 section 8.4 adds.

/** What a final failure is in ISDN and ISUP (RFC 3398 section 7.2.4.1). Of what is not in the table, section 7.2.4.1 says 127, interworking. */
const CAUSES: Readonly<Record<number, number>> = {
  400: 41,
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 63,
  406: 79,
  407: 21,
  408: 102,
  410: 22,
  413: 127,
  414: 127,
  415: 79,
  416: 127,
  420: 127,
  421: 127,
  423: 127,
  480: 18,
  481: 41,
  482: 25,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  // By the Warning, which does not cross: a bearer capability that is not implemented is what most of them mean.
  488: 65,
  500: 41,
  501: 79,
  502: 38,
  503: 41,
  504: 102,
  505: 127,
  513: 127,
  600: 17,
  603: 21,
  604: 1,
  606: 65,
};

/**
 * What a cause is in SIP (RFC 3398 section 8.2.6.1). 21 is 403, since Reason does not tell whether it was a person who refused; 25 is from RFC
 * 4497. 16 ends a call that stood and answers none.
 */
const STATUSES: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 403,
  22: 410,
  23: 410,
  25: 483,
  26: 404,
  27: 502,
  28: 484,
  29: 501,
  31: 480,
  34: 503,
  38: 503,
  41: 503,
  42: 503,
  47: 503,
  55: 403,
  57: 403,
  58: 503,
  65: 488,
  70: 488,
  79: 501,
  87: 403,
  88: 503,
  102: 504,
  111: 500,
  127: 500,
};

const INTERWORKING = 127;
const NORMAL = 16;

export function causeOfFailure(status: number): number {
  return CAUSES[status] ?? INTERWORKING;
}

/** Null for a cause that says nothing of why a call was not taken: 16, or none of Q.850. */
export function statusOfCause(cause: number): number | null {
  if (cause === NORMAL || cause < 1 || cause > INTERWORKING) return null;
  return STATUSES[cause] ?? 500;
}

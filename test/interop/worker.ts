// Files of tests run beside each other: each worker has addresses of its own.

/** From 0. */
export const WORKER = Number(process.env.VITEST_POOL_ID ?? 1) - 1;

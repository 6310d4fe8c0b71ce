// The sum over all runners: the last line of `npm test`.

export const NO_TESTS = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

export function addTotals(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
export function formatTotals({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

// The sum over all runners, and what failed: the last lines of `npm test`.

export const NO_TESTS = Object.freeze({ passed: 0, failed: 0, skipped: 0, failures: Object.freeze([]) });

/** Names shown of what failed; the reports hold the rest. */
const SHOWN_FAILURES = 50;

export function addTotals(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    failures: [...left.failures, ...right.failures],
  };
}

/** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
export function formatTotals({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** What failed, a line each and why: to be read by who sees the end of a long log only. Empty where nothing did. */
export function formatFailures({ failures }) {
  if (failures.length === 0) return "";
  const left = failures.length - SHOWN_FAILURES;
  const lines = failures.slice(0, SHOWN_FAILURES).map(({ name, why }) => `  ${name}${why === "" ? "" : `: ${why}`}`);
  return ["failed:", ...lines, ...(left > 0 ? [`  and ${left} more`] : []), ""].join("\n");
}

// A policy: who may call what, and by whom, where routes cannot say it. Named by `node.policy` in examples/policy.yaml, tried by policy.test.ts.
import { definePolicy } from "demarc/policy";

/** Customers, by the header that the PBX writes; in a real one, asked of a database. */
const CUSTOMERS: Readonly<Record<string, { readonly pays: boolean; readonly carrier: string }>> = {
  "1001": { pays: true, carrier: "carrier-b" },
  "1002": { pays: false, carrier: "carrier-a" },
};

export default definePolicy({
  onCall(call) {
    if (call.ingressTrunk !== "pbx") return {};
    const account = call.headers["x-account"]?.[0] ?? "";
    const customer = CUSTOMERS[account];
    if (customer === undefined) return { reject: 403, reason: "Unknown Account" };
    if (!customer.pays) return { maxDuration: "60s", tags: ["trial", `account-${account}`] };
    return { tags: [`account-${account}`] };
  },
  onRoute(call) {
    const account = call.tags.find((tag) => tag.startsWith("account-"))?.slice(8) ?? "";
    const first = CUSTOMERS[account]?.carrier;
    if (first === undefined) return {};
    // The customer's carrier before the others.
    const others = call.targets.map(({ trunk }) => trunk).filter((trunk) => trunk !== first);
    return { to: [first, ...others], headers: [{ set: "X-Billing", value: account }] };
  },
  onEnd(record) {
    if (record.tags.includes("trial")) console.log(`a trial call of ${record.durationMs / 1000} s`);
  },
});

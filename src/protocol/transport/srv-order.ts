// In which order the servers of SRV records are tried (RFC 2782, "Priority" and "Weight").

import { type Random, randomBelow } from "../../base/index.ts";
import { plainName, type SrvRecord } from "./dns-answers.ts";

/** Whether the records say that the service is decidedly not there: a single one whose target is the root. */
export function isServiceRefused(records: readonly SrvRecord[]): boolean {
  return records.length === 1 && plainName(records[0]?.target ?? "") === "";
}

/** Lowest priority first; among equals each comes first as often as its weight says, and those of weight 0 hardly ever. */
export function orderSrv(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const usable = records.filter(({ target, port }) => plainName(target) !== "" && port > 0);
  const priorities = [...new Set(usable.map(({ priority }) => priority))].sort((one, other) => one - other);
  return priorities.flatMap((priority) =>
    shuffle(
      usable.filter((record) => record.priority === priority),
      random,
    ),
  );
}

/** The RFC's own procedure: zero weights stand first, a running sum, and a number from 0 to the sum, both included. */
function shuffle(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const left = [...records].sort((one, other) => Math.sign(one.weight) - Math.sign(other.weight));
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    let total = 0;
    for (const { weight } of left) total += weight;
    const pick = randomBelow(random, total + 1);
    let sum = 0;
    const index = left.findIndex(({ weight }) => {
      sum += weight;
      return sum >= pick;
    });
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
}

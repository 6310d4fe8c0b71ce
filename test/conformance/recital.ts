// Recites a ladder without any engine: somebody stands in for Demarc and says its lines as they are written. So the ladder is
// shown to be one that the rules have nothing against, and the rules to notice whatever is said otherwise.
import type { PeerName } from "../engine/rig.ts";
import { DEMARC, parseLadder } from "./ladder-script.ts";
import { type Complaint, MessageRules } from "./message-rules.ts";
import { Stage } from "./stage.ts";

/** @param distort changes what the rules get to see of what Demarc says */
export function reciteLadder(text: string, distort: (text: string) => string = (said) => said): Complaint[] {
  const steps = parseLadder(text);
  const stage = new Stage(steps);
  const rules = new MessageRules();
  let now = 0;
  for (const step of steps) {
    if (step.kind === "wait") now += step.ms;
    if (step.kind !== "message") continue;
    for (let time = 0; time < step.times; time += 1) {
      const demarc = step.from === DEMARC;
      const peer = (demarc ? step.to : step.from) as PeerName;
      const said = stage.speak(step);
      now += 10;
      if (demarc) {
        rules.said(peer, distort(said), now);
        stage.hear(peer, said);
      } else {
        rules.heard(peer, said, now);
        stage.hearAsDemarc(peer, said);
      }
    }
  }
  rules.finish();
  const weaknesses = steps.flatMap((step) => (step.kind === "weakness" ? [step.rule] : []));
  return rules.complaints.filter(({ rule }) => !weaknesses.includes(rule));
}

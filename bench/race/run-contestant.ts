// One lap of one contestant in a process of its own, so that none runs on code that another has warmed or spoiled. `race.ts` starts it.
import { deepStrictEqual } from "node:assert/strict";
import { sampleOperation } from "../measure.ts";
import { SAMPLE_OFFER, sampleInvite } from "../messages.ts";
import { ANSWER, type Contestant } from "./contestant.ts";
import { demarc, demarcUnvalidated } from "./demarc.ts";
import { drachtio } from "./drachtio.ts";
import { jssip } from "./jssip.ts";
import { npmSip } from "./sip.ts";

const CONTESTANTS = {
  demarc,
  "not validating": demarcUnvalidated,
  sip: npmSip,
  "drachtio-srf": drachtio,
  jssip,
} as const;

/** Nanoseconds of processor time, the median of about a second. */
export interface Lap {
  readonly readNs: number;
  readonly answerNs: number;
}

/** Many different messages: one and the same would be read from warm caches and with warm branch predictions. */
const COUNT = 1024;

/** Nobody is faster by reading less: what was read is what stands in the message, and the answer repeats it. */
function checkWork<Message>(contestant: Contestant<Message>, serial: number): void {
  const id = String(serial).padStart(8, "0");
  const message = contestant.parse(sampleInvite(serial));
  const { from, to, contact, route, ...plain } = contestant.factsOf(message);
  deepStrictEqual(plain, {
    method: "INVITE",
    requestUser: "+13035550142",
    requestHost: "198.51.100.10",
    viaHost: "192.0.2.40",
    viaPort: 5060,
    branch: `z9hG4bK-524287-1---9a3f${id}`,
    fromTag: `71f0${id}`,
    callId: `84092ZmQ4OGFjYjQ0NDc1${id}@192.0.2.40`,
    sequence: 1,
    body: SAMPLE_OFFER,
  });
  deepStrictEqual([from, to, contact, route].map(contestant.uriText), [
    "sip:+12025550100@pbx.office.example",
    "sip:+13035550142@198.51.100.10;user=phone",
    "sip:+12025550100@192.0.2.40:5060;transport=udp",
    "sip:198.51.100.10;lr",
  ]);
  const answer = contestant.answer(message, SAMPLE_OFFER);
  const written = [`SIP/2.0 ${ANSWER.status} OK\r\n`, `branch=z9hG4bK-524287-1---9a3f${id}`, `;tag=71f0${id}`];
  for (const part of [...written, ANSWER.contact, `: ${SAMPLE_OFFER.length}\r\n`, `\r\n\r\n${SAMPLE_OFFER}`]) {
    if (!answer.includes(part)) throw new Error(`the answer lacks ${part}:\n${answer}`);
  }
}

async function runLap<Message>(contestant: Contestant<Message>): Promise<Lap> {
  for (let serial = 0; serial < 16; serial += 1) checkWork(contestant, serial);
  const texts = Array.from({ length: COUNT }, (_each, serial) =>
    Buffer.from(sampleInvite(serial), "latin1").toString("latin1"),
  );
  const messages = texts.map((text) => contestant.parse(text));
  let turn = 0;
  const next = (): number => {
    turn = (turn + 1) & (COUNT - 1);
    return turn;
  };
  const read = await sampleOperation({
    name: "read",
    run: () => contestant.factsOf(contestant.parse(texts[next()] as string)),
  });
  const answer = await sampleOperation({
    name: "answer",
    run: () => contestant.answer(messages[next()] as Message, SAMPLE_OFFER),
  });
  return { readNs: read.medianNs, answerNs: answer.medianNs };
}

if (import.meta.main) {
  const contestant = CONTESTANTS[process.argv[2] as keyof typeof CONTESTANTS] as Contestant;
  console.log(JSON.stringify(await runLap(contestant)));
}

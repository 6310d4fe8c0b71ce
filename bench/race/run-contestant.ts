// One lap of one contestant in a process of its own, so that none runs on code that another has warmed or spoiled. `race.ts` starts it.
import { deepStrictEqual } from "node:assert/strict";
import { sampleOperation } from "../measure.ts";
import { SAMPLE_OFFER } from "../messages.ts";
import { ANSWER, type Contestant } from "./contestant.ts";
import { demarc, demarcUnvalidated } from "./demarc.ts";
import { drachtio } from "./drachtio.ts";
import { jssip } from "./jssip.ts";
import { SAMPLES, type Sample } from "./samples.ts";
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
function checkWork<Message>(contestant: Contestant<Message>, sample: Sample, serial: number): void {
  const message = contestant.parse(sample.text(serial));
  const { from, to, contact, route, ...plain } = contestant.factsOf(message);
  const expected = sample.plain(String(serial).padStart(8, "0"));
  deepStrictEqual(plain, expected);
  deepStrictEqual([from, to, contact, route].map(contestant.uriText), sample.uris);
  const answer = contestant.answer(message, SAMPLE_OFFER);
  const written = [`SIP/2.0 ${ANSWER.status} OK\r\n`, `branch=${expected.branch}`, `;tag=${expected.fromTag}`];
  for (const part of [...written, ANSWER.contact, `: ${SAMPLE_OFFER.length}\r\n`, `\r\n\r\n${SAMPLE_OFFER}`]) {
    if (!answer.includes(part)) throw new Error(`the answer lacks ${part}:\n${answer}`);
  }
}

async function runLap<Message>(contestant: Contestant<Message>, sample: Sample): Promise<Lap> {
  for (let serial = 0; serial < 16; serial += 1) checkWork(contestant, sample, serial);
  const texts = Array.from({ length: COUNT }, (_each, serial) =>
    Buffer.from(sample.text(serial), "latin1").toString("latin1"),
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
  console.log(JSON.stringify(await runLap(contestant, SAMPLES[process.argv[3] as string] as Sample)));
}

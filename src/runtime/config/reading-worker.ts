// Reads a configuration in a thread of its own, and hands it over piece by piece, each when it is asked for.

import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../base/index.ts";
import { takeApart } from "./pieces.ts";
import { type ConfigurationReading, type ReadOptions, readConfigurationText } from "./read-configuration.ts";
import type { ReadingAnswer } from "./reading-thread.ts";

const port = parentPort;
invariant(port !== null, "this runs in a thread");
const { file, text, options } = workerData as { file: string; text: string; options: ReadOptions };
const answers = answersOf(await readConfigurationText(file, text, options));
const say = (): void => {
  const { value, done } = answers.next();
  if (done === true) port.close();
  else port.postMessage(value);
};
port.on("message", say);
say();

function* answersOf({ configuration, ...rest }: ConfigurationReading): Generator<ReadingAnswer> {
  const apart = configuration === null ? null : takeApart(configuration);
  if (apart !== null) {
    yield { kind: "outline", outline: apart.outline };
    for (const piece of apart.pieces) yield { kind: "piece", piece };
  }
  yield { kind: "end", rest, secrets: apart?.secrets ?? [] };
}

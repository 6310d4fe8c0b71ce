// Makes new inputs of old ones: bytes changed, cut out, doubled and put in, words of the protocol, pieces of another input.
import { type Random, randomBelow } from "../../src/base/index.ts";
import { DICTIONARY } from "./seeds.ts";

const LONGEST = 6000;

type Change = (text: string, other: string, random: Random) => string;

function pick<T>(values: readonly T[], random: Random): T {
  return values[randomBelow(random, values.length)] as T;
}

/** A stretch of the text: mostly a short one. */
function stretch(text: string, random: Random): [start: number, end: number] {
  const start = randomBelow(random, text.length + 1);
  const most = randomBelow(random, 4) === 0 ? text.length - start : Math.min(text.length - start, 8);
  return [start, start + randomBelow(random, most + 1)];
}

const CHANGES: readonly Change[] = [
  (text, _other, random) => {
    const [start, end] = stretch(text, random);
    return text.slice(0, start) + text.slice(end);
  },
  (text, _other, random) => {
    const [start, end] = stretch(text, random);
    const times = randomBelow(random, 16) === 0 ? 70 : 1;
    return text.slice(0, end) + text.slice(start, end).repeat(times) + text.slice(end);
  },
  (text, _other, random) => {
    const at = randomBelow(random, text.length + 1);
    return text.slice(0, at) + String.fromCharCode(randomBelow(random, 256)) + text.slice(at + randomBelow(random, 2));
  },
  (text, _other, random) => {
    const at = randomBelow(random, text.length + 1);
    return text.slice(0, at) + pick(DICTIONARY, random) + text.slice(at);
  },
  (text, _other, random) => {
    const [start, end] = stretch(text, random);
    return text.slice(0, start) + pick(DICTIONARY, random) + text.slice(end);
  },
  (text, other, random) => {
    const [start, end] = stretch(other, random);
    const at = randomBelow(random, text.length + 1);
    return text.slice(0, at) + other.slice(start, end) + text.slice(at);
  },
  (text, other, random) =>
    text.slice(0, randomBelow(random, text.length + 1)) + other.slice(randomBelow(random, other.length + 1)),
  // Lines in another order.
  (text, _other, random) => {
    const lines = text.split("\r\n");
    const [one, two] = [randomBelow(random, lines.length), randomBelow(random, lines.length)];
    const moved = lines.splice(one, 1);
    lines.splice(two, 0, ...moved);
    return lines.join("\r\n");
  },
];

/** A new input from one of them, by one to four changes. */
export function mutate(inputs: readonly string[], random: Random): string {
  let text = pick(inputs, random);
  for (let left = 1 + randomBelow(random, 4); left > 0; left -= 1) {
    text = pick(CHANGES, random)(text, pick(inputs, random), random);
  }
  return text.slice(0, LONGEST);
}

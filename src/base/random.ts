// Randomness is injected: the operating system's in the running product, a seeded sequence in tests and simulation.

export interface Random {
  /** A uniform integer from 0 to 2^32 - 1. */
  uint32(): number;
}

const TOKEN_ALPHABET = "0123456789abcdefghijklmnopqrstuv";

/** `characters` of 5 random bits each: 26 of them are 130 bits. Only 0-9 and a-v, so it is a token wherever SIP wants one. */
export function randomToken(random: Random, characters: number): string {
  let token = "";
  let bits = 0;
  let left = 0;
  for (let index = 0; index < characters; index += 1) {
    if (left === 0) {
      bits = random.uint32();
      left = 6;
    }
    token += TOKEN_ALPHABET[bits & 31];
    bits >>>= 5;
    left -= 1;
  }
  return token;
}

/** As many random bytes. */
export function randomBytes(random: Random, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 4) {
    const word = random.uint32();
    for (let byte = 0; byte < 4 && at + byte < count; byte += 1) bytes[at + byte] = (word >>> (8 * byte)) & 0xff;
  }
  return bytes;
}

/** A uniform integer from 0 to `below` - 1. `below` from 1 to 2^32. */
export function randomBelow(random: Random, below: number): number {
  return Math.floor((random.uint32() / 4294967296) * below);
}

/** True with the given probability, 0 to 1. */
export function randomChance(random: Random, probability: number): boolean {
  return random.uint32() < probability * 4294967296;
}

/** A repeatable sequence (sfc32). Not for anything a peer must not guess. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let d = Math.floor(seed / 4294967296) >>> 0 || 1;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return { uint32: next };
}

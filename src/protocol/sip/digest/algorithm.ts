// The algorithms of Digest (RFC 7616 section 6.1, taken into SIP by RFC 8760), and the port that computes them.

export type HashName = "md5" | "sha256" | "sha512-256";

/** Computes at once and keeps nothing. Texts are bytes as latin1 characters, results lower-case hexadecimal digits. */
export interface DigestHash {
  hash(name: HashName, text: string): string;
  /** HMAC with SHA-256 (RFC 2104). */
  mac(key: string, text: string): string;
}

export type AlgorithmName = "MD5" | "MD5-sess" | "SHA-256" | "SHA-256-sess" | "SHA-512-256" | "SHA-512-256-sess";

export interface DigestAlgorithm {
  readonly name: AlgorithmName;
  readonly hash: HashName;
  /** Whether the first nonce and cnonce go into the key of a whole session (`-sess`). */
  readonly session: boolean;
  /** Of two known ones the greater is used. */
  readonly strength: number;
}

const ALGORITHMS: readonly DigestAlgorithm[] = [
  { name: "MD5", hash: "md5", session: false, strength: 1 },
  { name: "MD5-sess", hash: "md5", session: true, strength: 1 },
  { name: "SHA-256", hash: "sha256", session: false, strength: 2 },
  { name: "SHA-256-sess", hash: "sha256", session: true, strength: 2 },
  { name: "SHA-512-256", hash: "sha512-256", session: false, strength: 3 },
  { name: "SHA-512-256-sess", hash: "sha512-256", session: true, strength: 3 },
];

/** The algorithm of that name in any case; MD5 where none is named (RFC 7616 section 3.3). Null for an unknown one. */
export function algorithmNamed(name: string | null): DigestAlgorithm | null {
  const lower = (name ?? "MD5").toLowerCase();
  return ALGORITHMS.find((algorithm) => algorithm.name.toLowerCase() === lower) ?? null;
}

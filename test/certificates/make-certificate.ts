// Certificates for tests, made as they are needed: good ones, and each kind of bad one that a peer may show. DER by hand (RFC 5280).

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface SampleCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly subject: Buffer;
  readonly signer: KeyObject;
}

export interface SampleOptions {
  /** Default: none. */
  readonly commonName?: string;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  readonly addresses?: readonly string[];
  /** Default: signed by itself. */
  readonly issuer?: SampleCertificate;
  /** May sign others. */
  readonly authority?: boolean;
  /** Days from now. Default -1 and 365. */
  readonly fromDays?: number;
  readonly toDays?: number;
  /** Default: no restriction. */
  readonly purpose?: "server" | "client";
}

const SEQUENCE = 0x30;
const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, "latin1"));
const extension = (id: string, value: Buffer): Buffer => der(SEQUENCE, oid(id), der(0x04, value));
const ECDSA_SHA256 = der(SEQUENCE, oid("2a8648ce3d040302"));

function time(days: number): Buffer {
  const stamp = new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\.\d+/g, "");
  return text(0x18, stamp);
}

function alternativeNames({ dns = [], uris = [], addresses = [] }: SampleOptions): Buffer[] {
  const names = [
    ...dns.map((name) => text(0x82, name)),
    ...uris.map((uri) => text(0x86, uri)),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  ];
  return names.length === 0 ? [] : [extension("551d11", der(SEQUENCE, ...names))];
}

function extensionsOf(options: SampleOptions): Buffer {
  const { authority = false, purpose } = options;
  const uses = { server: "2b06010505070301", client: "2b06010505070302" };
  return der(
    0xa3,
    der(
      SEQUENCE,
      extension("551d13", authority ? der(SEQUENCE, der(0x01, Buffer.from([0xff]))) : der(SEQUENCE)),
      ...(purpose === undefined ? [] : [extension("551d25", der(SEQUENCE, oid(uses[purpose])))]),
      ...alternativeNames(options),
    ),
  );
}

export function makeCertificate(options: SampleOptions = {}): SampleCertificate {
  const { commonName = "", issuer, fromDays = -1, toDays = 365 } = options;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const attribute = der(0x31, der(SEQUENCE, oid("550403"), text(0x0c, commonName)));
  const subject = commonName === "" ? der(SEQUENCE) : der(SEQUENCE, attribute);
  const signer = issuer?.signer ?? privateKey;
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    issuer?.subject ?? subject,
    der(SEQUENCE, time(fromDays), time(toDays)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    extensionsOf(options),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, signer));
  const body = der(SEQUENCE, toBeSigned, ECDSA_SHA256, signature).toString("base64");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${(body.match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    subject,
    signer: privateKey,
  };
}

/** One that vouches for others. */
export function makeAuthority(commonName: string): SampleCertificate {
  return makeCertificate({ commonName, authority: true });
}

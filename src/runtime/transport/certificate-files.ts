// The files of a configured certificate, read and held against each other: what is wrong is found here and not in a handshake.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { failure, type Result, success } from "../../base/index.ts";
import type { Certificate } from "../../model/index.ts";
import { type CertificateNames, readCertificateNames } from "../../protocol/transport/index.ts";

export interface CertificateFiles {
  /** PEM, the chain from the leaf upwards. */
  readonly chain: string;
  readonly key: string;
  /** PEM, one authority each. Null: those of the system. */
  readonly authorities: readonly string[] | null;
  readonly names: CertificateNames;
  /** Unix milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

export interface CertificateFault {
  /** Which of the files it is. */
  readonly key: keyof Certificate;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function readText(path: string): Promise<Result<string, string>> {
  try {
    return success(await readFile(path, "utf8"));
  } catch (error) {
    return failure(explain(error));
  }
}

function readCertificates(text: string): Result<readonly X509Certificate[], string> {
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) return failure("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  try {
    return success(blocks.map((block) => new X509Certificate(block)));
  } catch (error) {
    return failure(`holds a certificate that cannot be read: ${explain(error)}`);
  }
}

function readKey(text: string): Result<KeyObject, string> {
  try {
    return success(createPrivateKey(text));
  } catch (error) {
    return failure(`holds no private key in PEM form that can be read without a passphrase: ${explain(error)}`);
  }
}

function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}

/** The names by which whoever shows the certificate may be believed. */
export function namesOfCertificate({ subjectAltName, subject }: X509Certificate): CertificateNames {
  return readCertificateNames({ subjectAltName: subjectAltName ?? null, subject: subject ?? "" });
}

/** Reads the files of one entry under `certificates`; paths are relative to `directory`. Never throws. */
export async function readCertificateFiles(
  { certFile, keyFile, caFile }: Certificate,
  directory: string,
): Promise<Result<CertificateFiles, CertificateFault>> {
  const fault = (key: keyof Certificate, path: string, message: string) =>
    failure({ key, message: `the file ${path} ${message}` });
  const chainText = await readText(resolve(directory, certFile));
  if (!chainText.ok) return fault("certFile", certFile, `cannot be read: ${chainText.failure}`);
  const chain = readCertificates(chainText.value);
  if (!chain.ok) return fault("certFile", certFile, chain.failure);
  const keyText = await readText(resolve(directory, keyFile));
  if (!keyText.ok) return fault("keyFile", keyFile, `cannot be read: ${keyText.failure}`);
  const key = readKey(keyText.value);
  if (!key.ok) return fault("keyFile", keyFile, key.failure);
  const leaf = chain.value[0] as X509Certificate;
  if (!leaf.checkPrivateKey(key.value)) {
    return fault("keyFile", keyFile, `does not belong to the first certificate of ${certFile}`);
  }
  try {
    createSecureContext({ cert: pemOf(chain.value), key: keyText.value });
  } catch (error) {
    return fault("certFile", certFile, `is of no use to TLS: ${explain(error)}`);
  }
  let authorities: readonly string[] | null = null;
  if (caFile !== null) {
    const caText = await readText(resolve(directory, caFile));
    if (!caText.ok) return fault("caFile", caFile, `cannot be read: ${caText.failure}`);
    const read = readCertificates(caText.value);
    if (!read.ok) return fault("caFile", caFile, read.failure);
    authorities = read.value.map((certificate) => certificate.toString());
  }
  return success({
    chain: pemOf(chain.value),
    key: keyText.value,
    authorities,
    names: namesOfCertificate(leaf),
    validFrom: leaf.validFromDate.getTime(),
    validTo: leaf.validToDate.getTime(),
  });
}

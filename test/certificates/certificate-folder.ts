// A folder of certificate files for a test, in the form in which the configuration names them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "../../src/model/index.ts";
import type { SampleCertificate } from "./make-certificate.ts";

export interface CertificateFolder {
  readonly directory: string;
  /** Writes the files of an entry, or writes them anew. `authorities` null: no caFile. */
  put(name: string, shown: SampleCertificate, authorities: readonly SampleCertificate[] | null): Promise<void>;
  /** What was put, as under `certificates`. */
  readonly certificates: Readonly<Record<string, Certificate>>;
  remove(): Promise<void>;
}

export async function openCertificateFolder(): Promise<CertificateFolder> {
  const directory = await mkdtemp(join(tmpdir(), "demarc-certificates-"));
  const certificates: Record<string, Certificate> = {};
  return {
    directory,
    certificates,
    put: async (name, shown, authorities) => {
      await writeFile(join(directory, `${name}.pem`), shown.certificate);
      await writeFile(join(directory, `${name}.key`), shown.key);
      const texts = (authorities ?? []).map(({ certificate }) => certificate);
      if (authorities !== null) await writeFile(join(directory, `${name}-ca.pem`), texts.join(""));
      certificates[name] = {
        certFile: `${name}.pem`,
        keyFile: `${name}.key`,
        caFile: authorities === null ? null : `${name}-ca.pem`,
      };
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

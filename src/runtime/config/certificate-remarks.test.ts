// What is wrong with a certificate is said before it is used, at the place that names its file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CertificateFolder, openCertificateFolder } from "../../../test/certificates/certificate-folder.ts";
import { makeCertificate, type SampleOptions } from "../../../test/certificates/make-certificate.ts";
import { readConfiguration } from "./read-configuration.ts";

let folder: CertificateFolder;

beforeEach(async () => {
  folder = await openCertificateFolder();
});
afterEach(() => folder.remove());

async function read() {
  const file = join(folder.directory, "demarc.yaml");
  const listen = "[{ transport: tls, address: 127.0.0.1, port: 5061, certificate: wan }]";
  await writeFile(
    file,
    `emergencyNumbers: []
networks: { wan: { listen: ${listen}, media: { address: 127.0.0.1, ports: 20000-20999 } } }
certificates:
  wan: { certFile: wan.pem, keyFile: wan.key, caFile: wan-ca.pem }
`,
  );
  const { faults, warnings } = await readConfiguration(file, { purpose: "start" });
  return { faults: faults.map(textOf), warnings: warnings.map(textOf) };
}

function textOf({ line, column, message }: { line: number | null; column: number | null; message: string }): string {
  return `${line}:${column} ${message}`;
}

test.each<[string, SampleOptions, RegExp | null]>([
  ["is good", {}, null],
  ["expires soon", { toDays: 20 }, /^4:20 certificates\.wan\.certFile: expires on \d{4}-\d\d-\d\d; renew it$/],
  ["has expired", { fromDays: -9, toDays: -1 }, /^4:20 certificates\.wan\.certFile: expired on .*: peers refuse it/],
  ["is not valid yet", { fromDays: 2 }, /^4:20 certificates\.wan\.certFile: is not valid before /],
])("one that %s", async (_what, options, warning) => {
  const own = makeCertificate({ dns: ["sbc.example"], ...options });
  await folder.put("wan", own, [own]);
  const { faults, warnings } = await read();
  expect(faults).toEqual([]);
  if (warning === null) expect(warnings).toEqual([]);
  else expect(warnings).toEqual([expect.stringMatching(warning)]);
});

test.each<[string, string, string, string]>([
  ["no certificate", "wan.pem", "nothing", "4:20 certificates.wan.certFile: the file wan.pem holds no certificate"],
  [
    "a broken certificate",
    "wan.pem",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "4:20 certificates.wan.certFile: the file wan.pem holds a certificate that cannot be read",
  ],
  ["no key", "wan.key", "nothing", "4:38 certificates.wan.keyFile: the file wan.key holds no private key"],
  [
    "another key",
    "wan.key",
    makeCertificate().key,
    "4:38 certificates.wan.keyFile: the file wan.key does not belong to the first certificate of wan.pem",
  ],
  ["no authority", "wan-ca.pem", "", "4:55 certificates.wan.caFile: the file wan-ca.pem holds no certificate"],
])("a file with %s", async (_what, name, text, fault) => {
  const own = makeCertificate({ dns: ["sbc.example"] });
  await folder.put("wan", own, [own]);
  await writeFile(join(folder.directory, name), text);
  const { faults } = await read();
  expect(faults).toEqual([expect.stringContaining(fault)]);
});

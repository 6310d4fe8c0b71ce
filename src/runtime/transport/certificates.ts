// The configured certificates as TLS uses them: read once, read again when their files change, exchanged under standing connections.

import { constants } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from "node:tls";
import { DemarcError, invariant, type Millis } from "../../base/index.ts";
import type { Configuration } from "../../model/index.ts";
import { certificateCovers } from "../../protocol/transport/index.ts";
import type { Log } from "../telemetry/index.ts";
import { type CertificateFiles, readCertificateFiles } from "./certificate-files.ts";

export interface CertificateSources {
  readonly certificates: Configuration["certificates"];
  /** Relative paths are relative to it: the directory of the configuration file. */
  readonly directory: string;
  readonly log: Log;
}

export interface CertificateTerm {
  readonly certificate: string;
  /** Unix milliseconds. */
  readonly validTo: number;
}

interface Shown {
  readonly files: CertificateFiles;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

const DAY_MS: Millis = 86_400_000;
/** RFC 5922 has nothing on it; authorities and cloud peers warn a month ahead. */
export const WARN_BEFORE_MS: Millis = 30 * DAY_MS;
/** Certificate and key are written one after the other. */
const SETTLE_MS: Millis = 500;

/** No renegotiation, and no tickets: a resumed session would be believed by authorities that were believed yesterday. */
const SECURE_OPTIONS = constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET;

function toShown(files: CertificateFiles): Shown {
  const system = files.authorities === null ? getCACertificates("system") : [];
  const authorities = files.authorities ?? (system.length > 0 ? system : getCACertificates("default"));
  const options: SecureContextOptions = {
    cert: files.chain,
    key: files.key,
    ca: [...authorities],
    minVersion: "TLSv1.2",
    secureOptions: SECURE_OPTIONS,
  };
  return { files, options, context: createSecureContext(options) };
}

export class Certificates {
  readonly #sources: CertificateSources;
  readonly #shown = new Map<string, Shown>();
  readonly #listeners = new Set<() => void>();
  readonly #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | null = null;
  #daily: NodeJS.Timeout | null = null;
  #reading: Promise<void> = Promise.resolve();

  private constructor(sources: CertificateSources) {
    this.#sources = sources;
  }

  /**
   * Reads every certificate, and follows their files until `close`.
   * @throws DemarcError certificate-unusable
   */
  static async open(sources: CertificateSources): Promise<Certificates> {
    const opened = new Certificates(sources);
    for (const [name, certificate] of Object.entries(sources.certificates)) {
      const files = await readCertificateFiles(certificate, sources.directory);
      if (!files.ok) {
        throw new DemarcError(
          "certificate-unusable",
          `certificates.${name}.${files.failure.key}: ${files.failure.message}`,
          {
            remedy: "Put the certificate, its key and its authorities into the files that the configuration names.",
          },
        );
      }
      opened.#shown.set(name, toShown(files.value));
    }
    opened.#warnOfTerms();
    opened.#follow();
    return opened;
  }

  /** For what is created anew at each change. `name` is one of the configuration. */
  optionsOf(name: string): SecureContextOptions {
    return this.#find(name).options;
  }

  contextOf(name: string): SecureContext {
    return this.#find(name).context;
  }

  /** The first of these certificates that speaks for `serverName`. Null when none does. */
  contextFor(names: readonly string[], serverName: string): SecureContext | null {
    const found = names.find((name) => certificateCovers(this.#find(name).files.names, serverName, { wildcard: true }));
    return found === undefined ? null : this.contextOf(found);
  }

  terms(): CertificateTerm[] {
    return [...this.#shown].map(([certificate, { files }]) => ({ certificate, validTo: files.validTo }));
  }

  /** Calls back after every change. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the files again. What cannot be used leaves what is in use as it is. */
  reload(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#reload());
    return this.#reading;
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
    if (this.#settling !== null) clearTimeout(this.#settling);
    if (this.#daily !== null) clearInterval(this.#daily);
    this.#listeners.clear();
  }

  #find(name: string): Shown {
    const shown = this.#shown.get(name);
    invariant(shown !== undefined, `no certificate ${name}: the configuration was checked for it`);
    return shown;
  }

  async #reload(): Promise<void> {
    const { certificates, directory, log } = this.#sources;
    let changed = false;
    for (const [name, certificate] of Object.entries(certificates)) {
      const files = await readCertificateFiles(certificate, directory);
      const { files: before } = this.#find(name);
      if (!files.ok) {
        const { key, message } = files.failure;
        log.error("a certificate cannot be used; the one before stays in use", {
          certificate: name,
          key,
          detail: message,
        });
      } else if (JSON.stringify(files.value) !== JSON.stringify(before)) {
        this.#shown.set(name, toShown(files.value));
        log.info("a certificate was exchanged", {
          certificate: name,
          validTo: new Date(files.value.validTo).toISOString(),
        });
        changed = true;
      }
    }
    if (!changed) return;
    this.#warnOfTerms();
    for (const listener of this.#listeners) listener();
  }

  #warnOfTerms(): void {
    const now = Date.now();
    for (const [certificate, { files }] of this.#shown) {
      const days = Math.floor((files.validTo - now) / DAY_MS);
      const validTo = new Date(files.validTo).toISOString();
      if (files.validTo <= now) {
        this.#sources.log.error("a certificate has expired: peers refuse it", { certificate, validTo });
      } else if (files.validFrom > now) {
        const validFrom = new Date(files.validFrom).toISOString();
        this.#sources.log.error("a certificate is not valid yet: peers refuse it", { certificate, validFrom });
      } else if (files.validTo - now < WARN_BEFORE_MS) {
        this.#sources.log.warn("a certificate expires soon", { certificate, validTo, days });
      }
    }
  }

  /** Watches directories, not files: certificates are renewed by replacing them, often through a link. */
  #follow(): void {
    const { certificates, directory, log } = this.#sources;
    const paths = Object.values(certificates).flatMap(({ certFile, keyFile, caFile }) => [certFile, keyFile, caFile]);
    const folders = new Set(paths.filter((path) => path !== null).map((path) => dirname(resolve(directory, path))));
    for (const folder of folders) {
      const watcher = watch(folder, { persistent: false }, () => {
        if (this.#settling !== null) clearTimeout(this.#settling);
        this.#settling = setTimeout(() => void this.reload(), SETTLE_MS);
      });
      watcher.on("error", (error) => log.error("a folder of certificates is no longer watched", { folder, error }));
      this.#watchers.push(watcher);
    }
    if (folders.size === 0) return;
    this.#daily = setInterval(() => this.#warnOfTerms(), DAY_MS);
    this.#daily.unref();
  }
}

// Watches a configuration file. A change is validated as a whole: a valid one is handed on, an invalid one only reported.

import { watch } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Configuration } from "../../model/index.ts";
import type { Fault } from "./fault.ts";
import { explainFileError, readFileText } from "./file-text.ts";
import { fingerprintOf, type ReadOptions } from "./read-configuration.ts";
import { readConfigurationApart } from "./reading-thread.ts";

/** An editor writes a file in several steps within this time, in milliseconds. */
const SETTLE_MS = 100;

export interface ConfigurationListener {
  onChange(configuration: Configuration, warnings: readonly Fault[]): void;
  /** The configuration in use stays as it is. */
  onInvalid(faults: readonly Fault[]): void;
}

export interface ConfigurationWatch {
  /** Reads the file again even if it is the same, for the secrets and certificates that it names. */
  reload(): Promise<void>;
  close(): void;
}

export interface WatchOptions extends ReadOptions {
  /** Of the text in use, as its reading gave it. A change since then is found at once. */
  readonly fingerprint: string | null;
}

/**
 * Watches the directory and not the file: editors and Kubernetes replace a file rather than write into it. What the
 * file holds decides whether it changed, not the events.
 */
export function watchConfiguration(
  file: string,
  listener: ConfigurationListener,
  options: WatchOptions,
): ConfigurationWatch {
  let known: string | null = options.fingerprint;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let reading: Promise<void> = Promise.resolve();

  const read = async (force: boolean): Promise<void> => {
    const text = await readFileText(file);
    const now = text.ok ? fingerprintOf(text.value) : text.failure.message;
    if (closed || (now === known && !force)) return;
    known = now;
    if (!text.ok) return listener.onInvalid([text.failure]);
    const { configuration, faults, warnings } = await readConfigurationApart(file, text.value, options);
    if (closed) return;
    if (configuration === null) listener.onInvalid(faults);
    else listener.onChange(configuration, warnings);
  };
  const readNext = (force: boolean): Promise<void> => {
    reading = reading.then(() => read(force));
    return reading;
  };
  const schedule = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void readNext(false), SETTLE_MS);
  };

  const watcher = watch(dirname(resolve(file)), { persistent: false }, schedule);
  watcher.on("error", (error) => {
    const message = `its directory is no longer watched: ${explainFileError(error)}; send SIGHUP to read it again`;
    listener.onInvalid([{ file, line: null, column: null, message }]);
  });
  schedule();
  return {
    reload: () => readNext(true),
    close: () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      watcher.close();
    },
  };
}

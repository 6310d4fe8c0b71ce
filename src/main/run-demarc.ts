// Runs Demarc from a configuration until a signal ends it.

import { createApi } from "../api/index.ts";
import type { ConfigurationReading } from "../runtime/config/index.ts";
import { createSystemRandom } from "../runtime/index.ts";
import type { Log } from "../runtime/telemetry/index.ts";
import { createApiPort } from "./api-port.ts";
import { withBoundPorts } from "./bound-ports.ts";
import { followFile } from "./follow-file.ts";
import { hostLab } from "./host-lab.ts";
import { openParts } from "./open-parts.ts";
import { listenForSignals } from "./signals.ts";
import { hangUpAll } from "./stop-calls.ts";
import { type Undo, undoAll } from "./undo.ts";

export async function runUntilStopped(
  reading: ConfigurationReading,
  options: { file: string; dataDir: string | null; lab: boolean; log: Log },
) {
  const { file, log } = options;
  const { configuration } = reading;
  if (configuration === null) return;
  const undo: Undo = [];
  try {
    const dataDir = options.dataDir ?? configuration.node.dataDir;
    const { parts, metrics, current } = await openParts(configuration, { file, dataDir, log, undo });
    const lab = options.lab ? await hostLab(configuration, { random: createSystemRandom(), log, undo }) : null;
    const api = createApi({
      port: createApiPort(parts, metrics, () => current.configuration),
      lab,
      listen: configuration.api.listen,
      onFault: (message, error) => log.error(message, { error }),
    });
    undo.push(() => api.stop());
    const bound = await api.start();
    // What is done without being asked begins: trunks are registered.
    parts.loop.submit({
      kind: "configuration",
      configuration: withBoundPorts(configuration, parts.transports.listeners),
    });
    parts.emergencies.tests.start();
    const watch = followFile(file, reading, { parts, current });
    undo.push(() => watch.close());
    const signals = listenForSignals(() => void watch.reload());
    undo.push(() => signals.close());
    for (const { network, transport, address, port } of parts.transports.listeners) {
      log.info("listening", { network, transport, address, port });
    }
    log.info("ready", { node: configuration.node.name, api: `http://${bound.address}:${bound.port}`, dataDir });
    if (lab !== null) {
      log.info("place the first call: npx demarc lab call +13035550100 (or dial it from a softphone on this machine)");
    }
    await signals.next();
    await hangUpAll(parts, signals.next());
  } finally {
    await undoAll(undo);
  }
  log.info("stopped");
}

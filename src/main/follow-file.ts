// A changed configuration file is applied to what runs.

import {
  applicableChange,
  type ConfigurationReading,
  formatFault,
  watchConfiguration,
} from "../runtime/config/index.ts";
import { withBoundPorts } from "./bound-ports.ts";
import type { Current } from "./current.ts";
import type { Parts } from "./open-parts.ts";

/** Applies valid changes of the file to what runs, and says what waits for the next start. */
export function followFile(
  file: string,
  { fingerprint }: ConfigurationReading,
  { parts, current }: { parts: Parts; current: Current },
) {
  const { log, loop, policy, hooks, transports } = parts;
  return watchConfiguration(
    file,
    {
      onChange: (changed, warnings) => {
        const { configuration, afterRestart } = applicableChange(current.configuration, changed);
        current.configuration = configuration;
        hooks.apply(configuration);
        loop.submit({ kind: "configuration", configuration: withBoundPorts(configuration, transports.listeners) });
        void policy.use(configuration.node.policy).then((fault) => {
          if (fault !== null) log.error("the policy that the changed configuration names does not load", { ...fault });
        });
        void transports.reloadCertificates();
        log.info("the changed configuration is in use", { file });
        for (const warning of warnings) log.warn(formatFault(warning));
        if (afterRestart.length > 0)
          log.warn("some changes wait for the next start", { parts: afterRestart.join(", ") });
      },
      onInvalid: (faults) => {
        for (const fault of faults) log.error(formatFault(fault));
        log.error("the changed configuration is not valid; the one before stays in use", { file });
      },
    },
    { purpose: "start", fingerprint },
  );
}

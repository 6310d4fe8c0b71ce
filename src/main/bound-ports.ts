// The configuration as it is in truth, once the sockets are open.

import type { Configuration } from "../model/index.ts";
import type { BoundListener } from "../runtime/transport/index.ts";

/** The configuration with the ports that are really bound: what peers are told is read from it. */
export function withBoundPorts(configuration: Configuration, listeners: readonly BoundListener[]): Configuration {
  const networks = Object.entries(configuration.networks).map(([name, network]) => {
    const bound = listeners.filter((listener) => listener.network === name);
    const listen = network.listen.map((listener, index) => ({
      ...listener,
      port: bound[index]?.port ?? listener.port,
    }));
    return [name, { ...network, listen }] as const;
  });
  return { ...configuration, networks: Object.fromEntries(networks) };
}

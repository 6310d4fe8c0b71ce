// Why a listener could not be opened, with what the operator can do about it.

import { DemarcError } from "../../base/index.ts";
import { formatHostPort } from "../../protocol/sip/index.ts";
import type { ListenerSettings } from "./transport.ts";

/** From the system's error while binding `listener` of `network`. */
export function listenerError(network: string, listener: ListenerSettings, cause: NodeJS.ErrnoException): DemarcError {
  const where = `network ${network}: ${listener.transport} ${formatHostPort(listener.address, listener.port)}`;
  switch (cause.code) {
    case "EADDRINUSE": {
      const flags = listener.transport === "udp" ? "-lunp" : "-ltnp";
      const remedy = `Stop the program that has it (\`ss ${flags} sport = :${listener.port}\` names it), or configure another port.`;
      return new DemarcError("address-in-use", `${where} is already taken`, { remedy, cause });
    }
    case "EADDRNOTAVAIL": {
      const remedy = "Name an address that `ip address` shows, or 0.0.0.0 for all of them.";
      return new DemarcError("address-unavailable", `${where}: this machine does not have the address`, {
        remedy,
        cause,
      });
    }
    case "EACCES": {
      const remedy = "Use a port from 1024 on, or give the program the capability CAP_NET_BIND_SERVICE.";
      return new DemarcError("address-unavailable", `${where}: not allowed to open it`, { remedy, cause });
    }
    default: {
      const remedy = "The message of the system says what it is; check the address and the machine's network.";
      return new DemarcError("address-unavailable", `${where}: ${cause.message}`, { remedy, cause });
    }
  }
}

export type { BoundListener, TransportCounters, TransportEvents } from "./transport.ts";
export { openTransports, type Transports } from "./transports.ts";

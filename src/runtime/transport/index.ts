export { readCertificateFiles } from "./certificate-files.ts";
export { WARN_BEFORE_MS } from "./certificates.ts";
export type { BoundListener, TransportCounters, TransportEvents } from "./transport.ts";
export { openTransports, type Transports } from "./transports.ts";

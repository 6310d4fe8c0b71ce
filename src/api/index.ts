export type { ApiPort, LabPort, MetricsText, Readiness } from "./port.ts";
export { type Api, type ApiOptions, createApi } from "./server.ts";

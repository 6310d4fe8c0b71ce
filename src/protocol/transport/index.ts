export type { Flow, TransportName } from "./flow.ts";

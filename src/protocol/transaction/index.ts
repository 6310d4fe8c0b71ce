export type { TransactionKey } from "./keys.ts";
export { RFC_TIMERS, type TimerSettings } from "./timers.ts";
export type { Transaction } from "./transaction.ts";
export { TransactionLayer, type TransactionLayerOptions } from "./transaction-layer.ts";
export type { ActionSink, Moment, OutgoingRequest, TransactionEvent } from "./transaction-user.ts";

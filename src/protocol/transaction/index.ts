export type { TransactionKey } from "./keys.ts";
export { RFC_TIMERS, type TimerSettings } from "./timers.ts";
export type { Transaction } from "./transaction.ts";
export {
  type ActionSink,
  type Moment,
  type OutgoingRequest,
  type TransactionEvent,
  TransactionLayer,
  type TransactionLayerOptions,
} from "./transaction-layer.ts";

export { type AfterDeed, type AuditStep, type EmergencyCall, emergencyCallOf, type NoticeName } from "./audit-step.ts";
export { type Cursor, formatCursor, parseCursor } from "./cursor.ts";
export { createMemoryStore } from "./memory-store.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
export {
  ANY_CALL,
  type CdrFilter,
  type CdrPage,
  type CdrQuery,
  type EmergencyCallPage,
  type PageQuery,
  type Store,
  type StoreState,
} from "./store.ts";

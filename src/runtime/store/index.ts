export { type Cursor, formatCursor, parseCursor } from "./cursor.ts";
export { createMemoryStore } from "./memory-store.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite/sqlite-store.ts";
export { ANY_CALL, type CdrFilter, type CdrPage, type CdrQuery, type Store, type StoreState } from "./store.ts";

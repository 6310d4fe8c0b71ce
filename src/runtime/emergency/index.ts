export { type AuditBook, type AuditBookOptions, closeInterrupted, createAuditBook } from "./audit-book.ts";

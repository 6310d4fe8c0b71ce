export { DnsCache } from "./dns-cache.ts";
export { createDnsClient, type DnsClient } from "./dns-client.ts";
export { createSystemNames, type SystemNames } from "./system-names.ts";

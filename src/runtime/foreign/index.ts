export type { Carried, LeftBehind } from "./carried.ts";
export { readDispatcher } from "./read-dispatcher.ts";
export { readFreeswitch } from "./read-freeswitch.ts";
export { readPjsip } from "./read-pjsip.ts";
export { writeTrunks } from "./write-trunks.ts";

export { type CallInterop, readInterop } from "./call-interop.ts";
export { emergencyNumberOf, readCalled } from "./read-called.ts";
export { readCaller } from "./read-caller.ts";
export { isDivertedInCircles, redirectionLines } from "./redirections.ts";
export { type Reader, writeCalled, writeCaller } from "./write-caller.ts";

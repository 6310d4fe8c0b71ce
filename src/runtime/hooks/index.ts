export { type HookStatus, OUTCOMES } from "./hook.ts";
export { createHooks, type Hooks } from "./hooks.ts";

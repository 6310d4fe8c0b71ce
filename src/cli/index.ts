export type { Output } from "./output.ts";
export { type CliOptions, remarkError, runCli } from "./run-cli.ts";
export type { Start, StartOptions } from "./start.ts";
export { remarkFaults } from "./validate.ts";

export { type ApplicableChange, applicableChange } from "./applicable-change.ts";
export { type Fault, formatFault } from "./fault.ts";
export { readFileText } from "./file-text.ts";
export { importNumbers, type NumberImport } from "./import-numbers.ts";
export { formatNumberTable } from "./number-table.ts";
export {
  type ConfigurationReading,
  type ReadOptions,
  readConfiguration,
  readConfigurationText,
} from "./read-configuration.ts";
export { readConfigurationApart } from "./reading-thread.ts";
export { replaceFile } from "./replace-file.ts";
export {
  type ConfigurationListener,
  type ConfigurationWatch,
  type WatchOptions,
  watchConfiguration,
} from "./watch-configuration.ts";

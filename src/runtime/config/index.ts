export { type ApplicableChange, applicableChange } from "./applicable-change.ts";
export { type Fault, formatFault } from "./fault.ts";
export {
  type ConfigurationReading,
  type ReadOptions,
  readConfiguration,
  readConfigurationText,
} from "./read-configuration.ts";
export {
  type ConfigurationListener,
  type ConfigurationWatch,
  type WatchOptions,
  watchConfiguration,
} from "./watch-configuration.ts";

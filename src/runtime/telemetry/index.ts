export { createLog, type Log, type LogFields, type LogLevel, type LogOptions } from "./log.ts";
export { createMetrics, type MediaFigures, type Metrics, type MetricsSources } from "./metrics.ts";

export type { RtpengineInstance } from "./instances.ts";
export type { RtpengineNetwork, RtpenginePlaneOptions } from "./rtpengine-options.ts";
export { type RtpenginePlane, startRtpenginePlane } from "./rtpengine-plane.ts";

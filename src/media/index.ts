export type { ServicePort } from "./forbidden-targets.ts";
export { type LabAudio, type LabAudioOptions, openLabAudio } from "./lab-audio/index.ts";
export type { MediaPlane } from "./media-plane.ts";
export {
  type RelayNetwork,
  type RelayPlane,
  type RelayPlaneOptions,
  startRelayPlane,
} from "./relay/index.ts";
export {
  type RtpengineInstance,
  type RtpengineNetwork,
  type RtpenginePlane,
  type RtpenginePlaneOptions,
  startRtpenginePlane,
} from "./rtpengine/index.ts";

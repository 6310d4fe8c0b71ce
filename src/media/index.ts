export { type LabAudio, type LabAudioOptions, openLabAudio } from "./lab-audio/index.ts";
export type { MediaPlane } from "./media-plane.ts";
export {
  type RelayNetwork,
  type RelayPlane,
  type RelayPlaneOptions,
  type ServicePort,
  startRelayPlane,
} from "./relay/index.ts";

export { type AudioCommand, type LabAudio, type LabAudioOptions, openLabAudio } from "./lab-audio.ts";
export type { AudioCounters } from "./rtp-endpoint.ts";

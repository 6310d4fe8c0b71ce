export type { AskedTarget, LabCall, LabDecision, LabOptions, LabOutcome, PeerAnswer } from "./lab-call.ts";
export { openLab, PolicyLab } from "./policy-lab.ts";

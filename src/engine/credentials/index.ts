export {
  answerChallenge,
  type ChallengeAnswer,
  type CredentialsHeader,
  isChallenge,
  type Login,
  loginLines,
  noteNextNonce,
} from "./answer-challenge.ts";
export { DigestGate, type GateSnapshot, type GateVerdict } from "./digest-gate.ts";

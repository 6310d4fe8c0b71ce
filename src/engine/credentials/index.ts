export {
  answerChallenge,
  type ChallengeAnswer,
  type CredentialsHeader,
  isChallenge,
  type Login,
  loginLines,
  noteNextNonce,
} from "./answer-challenge.ts";

export {
  acceptSequence,
  type Dialog,
  type DialogSeed,
  dialogOfRequest,
  dialogOfResponse,
  isLooseRoute,
  nextHopOf,
  nextSequence,
  refreshTarget,
} from "./dialog.ts";
export { formatInDialogRequest, type InDialogParts } from "./in-dialog-request.ts";

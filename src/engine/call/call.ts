// A call as a value: two legs, the attempts to make the second one, and what has become of it. Plain data, so that it can be written down.

import { type Millis, type NamedList, namedValue, type RunningTimer } from "../../base/index.ts";
import type { Target, Trunk } from "../../model/index.ts";
import type { Dialog, DialogSeed } from "../../protocol/dialog/index.ts";
import type { Origin, SessionDescription } from "../../protocol/sdp/index.ts";
import type { HeaderLine, ResponseParts } from "../../protocol/sip/index.ts";
import type { TransactionKey } from "../../protocol/transaction/index.ts";
import type { Flow } from "../../protocol/transport/index.ts";
import type { UsageDirection } from "../admission/index.ts";
import type { CallCause, EndedBy } from "../causes.ts";
import type { CredentialsHeader } from "../credentials/index.ts";
import type { EmergencyTest } from "../emergency-step.ts";
import type { Token } from "../inputs.ts";
import type { CallInterop } from "../interop/index.ts";
import type { MediaSide, StreamStatistics } from "../media-contract.ts";
import type { BoundTo, EditedNumbers } from "../routing/index.ts";
import type { Change } from "./change-state.ts";
import type { Deciding, PolicyMarks } from "./deciding.ts";
import type {
  AcceptedInvite,
  Authentication,
  LegKeys,
  LegRequest,
  OwedAck,
  OwnAck,
  SessionTimer,
  SessionWish,
  UnknownWay,
} from "./leg-exchanges.ts";
import type { PlannedTarget, Redirected } from "./planned-target.ts";
import type { Joining, PassedReferral, Transfer } from "./transfer-state.ts";

/** Where a local tag leads: `attempt` is -1 for the leg that came in. */
export interface LegPlace {
  readonly call: string;
  readonly attempt: number;
}

export type LegState =
  /** The INVITE has no final response. */
  | "inviting"
  /** We sent the 2xx and wait for its ACK. */
  | "answered"
  | "confirmed"
  /** No dialog, or one that has had its BYE. */
  | "ended";

/** What both sides of a leg have agreed on, as each of them wrote it. */
export interface Agreement {
  readonly local: SessionDescription;
  readonly remote: SessionDescription;
}

/** A dialog that a provisional response to our INVITE made: several phones may ring, each in its own (RFC 3261 section 13.2.2.4). */
export interface EarlyDialog {
  readonly dialog: Dialog;
  /** Where requests inside it go. */
  flow: Flow;
  /** RSeq of the last reliable provisional response heard in it (RFC 3262 section 4); null before the first. */
  rseq: number | null;
  /** The last description heard in it; null before the first. */
  described: SessionDescription | null;
  /** Whether that was said reliably, so that it is the answer to our offer (RFC 3262 section 5). */
  answered: boolean;
  /** Our tag of the dialog that the caller sees for it. */
  readonly callerTag: string;
}

/** A provisional response of ours that waits for its PRACK. */
export interface WaitingProvisional {
  readonly rseq: number;
  readonly response: ResponseParts;
  /** The next interval at which it is sent again. */
  intervalMs: Millis;
}

/** Our reliable provisional responses in one early dialog of the caller's: one at a time waits for its PRACK (RFC 3262 section 3). */
export interface ProvisionalQueue {
  /** RSeq of the next one. */
  next: number;
  waiting: WaitingProvisional | null;
  readonly queued: ResponseParts[];
}

/** What the caller was told last of its call's progress. */
export interface ToldProgress {
  readonly status: number;
  readonly tag: string;
  /** The description in it; null for none. */
  readonly body: string | null;
  readonly at: Millis;
}

/** One side of a call. Both sides are the same thing; which of them came in says `side` and nothing else. */
export interface Leg {
  readonly side: MediaSide;
  /** Where its tag leads. */
  readonly place: LegPlace;
  /** As it was when the leg was opened. */
  readonly trunk: Trunk;
  readonly network: string;
  readonly callId: string;
  /** Of the side that came in it is settled with the answer, where the caller sees several early dialogs. */
  localTag: string;
  /** Our Contact on this side, a URI. */
  readonly contact: string;
  /** Under which our descriptions go to this peer. */
  readonly origin: Origin;
  /** Whom it was opened with: the target's address, or where its INVITE came from. The trunk's for certain. */
  readonly peerAddress: string;
  /** Null until the peer challenges a request. */
  authentication: Authentication | null;
  /** Ours that something may yet come of, by their transaction. */
  readonly requests: NamedList<LegRequest>;
  /** Null while no 2xx of ours waits for its ACK. */
  accepted: AcceptedInvite | null;
  /** What the peer waits for since its 2xx; null mostly. */
  owedAck: OwedAck | null;
  /** The methods that the peer says it takes (Allow), and the option tags that it supports; in capitals and small letters. */
  allows: readonly string[];
  supports: readonly string[];
  state: LegState;
  /** Where our requests go. */
  flow: Flow;
  /** Of the outgoing side null until the answer. */
  dialog: Dialog | null;
  /** Of the outgoing side, by the peer's tag: those that are not the call's, or not yet. */
  earlyDialogs: NamedList<EarlyDialog>;
  /** Of dialogs whose next hop has not been looked up, by the peer's tag: what is to be sent in them waits for that. */
  readonly unknownWays: NamedList<UnknownWay>;
  /** The last description sent to this peer, with the version it has seen. */
  sent: SessionDescription | null;
  /** What stands, whatever was offered and refused since. */
  agreed: Agreement | null;
  /** What else its peer may ask for: the methods that the other side is passed. */
  onward: readonly string[];
  /** `PCMU/8000`; null until negotiated. */
  codec: string | null;
  /** What it is encrypted with, and what it would be with in the call that it is to be brought over to. */
  keys: LegKeys;
  nextKeys: LegKeys;
  /** Null while none runs. */
  session: SessionTimer | null;
  /** The highest Min-SE that the peer answered our requests with, in seconds, and how often it did: 0 before the first. */
  leastSession: number;
  raises: number;
  /** As what it counts in its trunk's usage, where it came out of another call; null where its own call has that. */
  counted: UsageDirection | null;
  /** The trunk that was told of its dialog, so that a call of that may take its place (RFC 3891); null for none. */
  namedTo: string | null;
  /** Whether its peer has sent a REFER before, so that NOTIFY has to say of which one it tells. */
  referred: boolean;
}

export type AttemptState =
  /** Waits for a name to be resolved or for the media plane. */
  | "preparing"
  /** The INVITE is out and nothing has come back. */
  | "calling"
  /** A provisional response came. */
  | "proceeding"
  | "answered"
  | "failed"
  /** Nobody waits for it any more: cancelled by the caller, or too slow. A late answer gets its ACK and its BYE. */
  | "given-up";

/** Who calls whom, as the target is told. */
export interface EgressIdentity {
  readonly uri: string;
  /** From, without the tag. */
  readonly from: string;
  /** To, without a tag. */
  readonly to: string;
  /** What else is said of the caller: asserted identities, privacy, where the call was before. */
  readonly lines: readonly HeaderLine[];
}

/** An INVITE to an earlier place of the target, which kept silent. It may be answered yet. */
export interface LeftInvite {
  readonly transaction: TransactionKey;
  readonly seed: DialogSeed;
}

/** One try at one target. */
/** What a target has said of its ringing, on its way to the caller. */
export interface Ringing {
  readonly status: number;
  /** Of the early dialog under which the caller sees it. */
  readonly tag: string;
  /** Whether the media plane has been heard of it; what only rings asks it nothing. */
  heard: boolean;
  /** What the caller is shown; null for nothing. */
  description: SessionDescription | null;
}

export interface Attempt {
  readonly index: number;
  readonly trunk: Trunk;
  readonly target: Target;
  /** Null where the route led here. */
  readonly redirected: Redirected | null;
  /** The contact that its trunk has registered; null where the target is configured, or a redirection led here. */
  readonly bound: BoundTo | null;
  /** The numbers as the route's edits made them; null where it has none. */
  readonly edited: EditedNumbers | null;
  /** Unix milliseconds. */
  readonly startedAt: number;
  state: AttemptState;
  status: number | null;
  reason: string;
  /** Why it failed; null while it has not. */
  cause: CallCause | null;
  /** The Q.850 cause of its failure; null while it has not failed, or where none was said or is known of it. */
  q850: number | null;
  /** Whether the target itself refused, with a final response. */
  refused: boolean;
  /** Whether it still counts in its trunk's usage, and in that of who sent the call on. */
  counted: boolean;
  /** When it first rang; null while it has not. After that no other target of the route is tried, so that no caller hears two phones. */
  rangAt: Millis | null;
  /** Whether its outcome counts in what is known of its trunk. */
  judged: boolean;
  /** What waits for the media plane, and what came after it: told in the order in which the target said it. */
  readonly ringing: Ringing[];
  /** From the moment the target's address is known. */
  leg: Leg | null;
  /** Of the INVITE, from the moment it is sent. */
  transaction: TransactionKey | null;
  seed: DialogSeed | null;
  /** The headers whose challenge its INVITE has answered, once for each time. */
  challenged: readonly CredentialsHeader[];
  /** The proxies that its requests take, as URIs, the first one first; empty for none (RFC 3608). */
  readonly route: readonly string[];
  /** To the target's places that were not tried yet, in order. */
  flows: readonly Flow[];
  /** Over UDP, where its INVITE is too long for a datagram and TCP was tried first. */
  datagramFlow: Flow | null;
  readonly left: LeftInvite[];
  /** Of an emergency call, the number that is shown in place of the caller's; null for that. */
  shown: string | null;
  /** Of an emergency call, where it comes from, as this target is told it; null where it is not. */
  location: string | null;
  /** What the INVITE says of both parties, from the moment it is sent. */
  identity: EgressIdentity | null;
  /** The ACKs of its answers, by the To tag that answered. */
  readonly acks: NamedList<OwnAck>;
  /** Whether its INVITE transaction has ended, or never began. */
  transactionOver: boolean;
}

export interface CallEnd {
  /** Final status towards the caller. */
  readonly status: number;
  /** Instead of the status's own phrase; null for that. */
  readonly reason: string | null;
  readonly cause: CallCause;
  readonly endedBy: EndedBy;
  readonly retryAfterS: number | null;
  /** Further headers of the final response. */
  readonly headers: readonly HeaderLine[];
  /** As ISDN and ISUP have it. */
  readonly q850: number;
}

export interface Call {
  readonly id: string;
  state: "routing" | "ringing" | "answered" | "ending";
  readonly ingress: Trunk;
  /** Those that only try their way included. */
  readonly emergency: boolean;
  /** What tries the way of emergency calls: somebody, or we ourselves; null where it is no such call. */
  readonly test: EmergencyTest | null;
  /** Where the caller of an emergency call says that it is (PIDF-LO); null where it does not. */
  readonly location: string | null;
  /** Normalised. */
  readonly caller: string;
  readonly called: string;
  /** Shown to the other side; null when the caller gave none. */
  callerName: string | null;
  /** What else the two sides say of themselves, as far as it may cross. */
  readonly interop: CallInterop;
  /** For the INVITE that goes out: one less than came in. */
  readonly maxForwards: number;
  /** At how many places it may be at once (RFC 5393), as it came in; null where nobody said. */
  readonly maxBreadth: number | null;
  route: string | null;
  /** What the caller offers; null where its INVITE brought no offer. */
  offer: SessionDescription | null;
  /** Whether its provisional responses are to be reliable (RFC 3262). */
  reliable: boolean;
  /** By our tag of the early dialog. */
  readonly provisionals: NamedList<ProvisionalQueue>;
  /** Whether the caller has acknowledged a description in one: then its offer is answered. */
  negotiated: boolean;
  /** Whether the target's 2xx had a description. */
  answerSaid: boolean;
  /** Whether the 2xx waits for a PRACK, or for a transfer of the call to come to nothing. */
  answerDue: boolean;
  told: ToldProgress | null;
  /** Our tags of the caller's early dialogs besides the leg's own. */
  readonly callerTags: string[];
  /** What the caller was offered in its 2xx, as the target wrote it; null where the caller made the offer. */
  lateOffer: SessionDescription | null;
  /** Of a call that a transfer makes, until the party has come over, what stands in for it. */
  aLeg: Leg;
  /** The leg that the caller talks to; null until the answer. */
  bLeg: Leg | null;
  /** Empty where the call came about without an INVITE to us. */
  readonly aTransaction: TransactionKey;
  /** CSeq number of the caller's INVITE, and what it says of session timers. */
  readonly inviteSequence: number;
  readonly inviteWish: SessionWish;
  /** Null while nobody outside is asked where it goes. */
  deciding: Deciding | null;
  /** Of what the policy was asked about its answer; null while it is asked nothing of it. */
  judging: Token | null;
  /** What the policy has said of it, for later. */
  marks: PolicyMarks;
  /** In the order to try them. */
  targets: readonly PlannedTarget[];
  readonly attempts: Attempt[];
  /** Whether it counts in the ingress trunk's usage. */
  counted: boolean;
  /** Numbers of ours that it counts for. */
  countedNumbers: readonly string[];
  /** Whether the media plane holds something that it has not been asked to release. */
  mediaOpened: boolean;
  statistics: readonly StreamStatistics[];
  change: Change | null;
  /** What takes a party out of this call; null while nothing does. */
  transfer: Transfer | null;
  /** What the other party was asked to do itself; null while there is nothing. */
  referral: PassedReferral | null;
  /** Null where both parties are this call's own, or it has them. */
  joining: Joining | null;
  /** The call out of which a party of this one comes. */
  comesFrom: string | null;
  /** The number of who asked for the transfer, where the target is to be told; null where it is not. */
  readonly referredBy: string | null;
  /** Changes so far. */
  changes: number;
  readonly timers: RunningTimer[];
  /** Unix milliseconds. */
  readonly startedAt: number;
  ringingAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  end: CallEnd | null;
  recorded: boolean;
}

/** The attempt that the caller now waits for or talks over; null before the first. */
export function currentAttempt(call: Call): Attempt | null {
  return call.attempts.at(-1) ?? null;
}

/** The number that an attempt calls: the call's own, as its route edited it, or where a redirection led. */
export function calledBy(call: Call, attempt: Attempt | null): string {
  return attempt?.edited?.called ?? attempt?.redirected?.called ?? call.called;
}

/** The leg at the other end of a call: before the answer that of the attempt under way; null where there is none. */
export function otherLeg(call: Call, leg: Leg): Leg | null {
  return legOf(call, leg.side === "a" ? "b" : "a");
}

export function legOf(call: Call, side: MediaSide): Leg | null {
  return side === "a" ? call.aLeg : (call.bLeg ?? currentAttempt(call)?.leg ?? null);
}

/** The dialog of a leg that goes by the peer's tag and is not the call's, or not yet. */
export function earlyDialogWith(leg: Leg, remoteTag: string): EarlyDialog | null {
  return namedValue(leg.earlyDialogs, remoteTag) ?? null;
}

/** The early dialog of a leg in which our offer has its answer for certain (RFC 3262 section 5); null where there is none. */
export function answeredEarlyDialog(leg: Leg): EarlyDialog | null {
  return leg.earlyDialogs.findLast(({ value }) => value.answered)?.value ?? null;
}

/** Every leg that the call ever had. */
export function legsOf(call: Call): Leg[] {
  return [call.aLeg, ...call.attempts.flatMap(({ leg }) => (leg === null ? [] : [leg]))];
}

/** Whether nothing more can come of a leg. */
export function isLegOver(leg: Leg): boolean {
  return leg.state === "ended" && leg.accepted === null && leg.requests.length === 0;
}

/** Whether nothing more can come of an attempt. */
export function isAttemptOver(attempt: Attempt): boolean {
  return attempt.transactionOver && attempt.left.length === 0 && (attempt.leg === null || isLegOver(attempt.leg));
}

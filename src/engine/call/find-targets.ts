// Where a new call goes, by the routes: at once, or when whoever they ask has answered.

import { type HeaderLine, headerName } from "../../protocol/sip/index.ts";
import { answersOf, waitFor } from "./ask-outside.ts";
import { tryNextTarget } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Resume } from "./deciding.ts";
import { tellRouted } from "./emergency-steps.ts";
import { endCall } from "./release.ts";
import { isOpen, isRouted, routeCall } from "./route-call.ts";
import type { Turn } from "./turn.ts";

interface RoutedBy {
  /** The trunk by whose rights it goes. */
  readonly from: string;
  readonly caller: string;
  /** The first line of a header of its INVITE. */
  readonly header: (name: string) => string | null;
  /** All of them, for later. */
  readonly lines: () => readonly HeaderLine[];
}

export function findTargets(call: Call, by: RoutedBy, turn: Turn): void {
  const { called, emergency } = call;
  const { from, caller, header } = by;
  const routed = routeCall({ from, called, caller, emergency, header }, answersOf(call, turn), turn);
  if (isOpen(routed)) {
    waitFor(call, { question: routed.asks, resume: { kind: "route", from, caller, lines: by.lines() } }, turn);
    return;
  }
  call.deciding = null;
  const { route, targets } = routed;
  call.route = route;
  if (isRouted(targets)) {
    call.targets = targets;
    tellRouted(call, turn);
    tryNextTarget(call, turn);
  } else endCall(call, { ...targets, endedBy: "demarc" }, turn);
}

/** Whoever was asked has answered, or was given up. */
export function findTargetsAgain(call: Call, resume: Resume & { readonly kind: "route" }, turn: Turn): void {
  const { from, caller, lines } = resume;
  const header = (name: string): string | null => lines.find(([one]) => one === headerName(name))?.[1] ?? null;
  findTargets(call, { from, caller, header, lines: () => lines }, turn);
}

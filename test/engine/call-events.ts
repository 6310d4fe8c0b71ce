// What can happen to a call, whatever its state: said by the caller, by the target, or by the world around.
import { CALLER_INVITE, type Scene } from "./call-states.ts";
import { audioOf, cancelOf } from "./peer.ts";

const CALLER_AUDIO = audioOf("10.0.0.20", 4200);
const TARGET_AUDIO = audioOf("192.0.2.3", 7200, "0 101");

/** False where it cannot happen in that state. */
type Event = (scene: Scene) => boolean;

function caller(text: (scene: Scene) => string | null): Event {
  return (scene) => said(scene, "pbx", text(scene));
}

function target(text: (scene: Scene) => string | null): Event {
  return (scene) => said(scene, "carrier-a", text(scene));
}

function said(scene: Scene, peer: "pbx" | "carrier-a", text: string | null): boolean {
  if (text !== null) scene.rig.receive(peer, text);
  return text !== null;
}

function toChange(status: number): Event {
  return (scene) => {
    const [peer, text] = scene.answerChange(status) ?? [];
    return said(scene, peer ?? "pbx", text ?? null);
  };
}

function world(happens: (scene: Scene) => void): Event {
  return (scene) => {
    happens(scene);
    return true;
  };
}

export const EVENTS: Readonly<Record<string, Event>> = {
  "caller INVITE again": caller(() => CALLER_INVITE),
  "caller CANCEL": caller(() => cancelOf(CALLER_INVITE)),
  "caller ACK": caller((scene) => scene.fromCaller("ACK", 1)),
  "caller BYE": caller((scene) => scene.fromCaller("BYE", 9)),
  "caller re-INVITE": caller((scene) => scene.fromCaller("INVITE", 9, CALLER_AUDIO)),
  "caller UPDATE": caller((scene) => scene.fromCaller("UPDATE", 9, CALLER_AUDIO)),
  "caller OPTIONS": caller((scene) => scene.fromCaller("OPTIONS", 9)),
  "caller late CSeq": caller((scene) => scene.fromCaller("OPTIONS", 0)),
  "target 100": target((scene) => scene.answer(100)),
  "target 180": target((scene) => scene.answer(180)),
  "target 183 with media": target((scene) => scene.answer(183, { body: TARGET_AUDIO })),
  "target 200": target((scene) => scene.answer(200, { body: TARGET_AUDIO })),
  "target 200 of another fork": target((scene) => scene.answer(200, { body: TARGET_AUDIO, tag: "carol-tag" })),
  "target 200 without media": target((scene) => scene.answer(200)),
  "target 486": target((scene) => scene.answer(486)),
  "target 503": target((scene) => scene.answer(503)),
  "target BYE": target((scene) => scene.fromTarget("BYE", 9)),
  "target re-INVITE": target((scene) => scene.fromTarget("INVITE", 9, TARGET_AUDIO)),
  "target UPDATE": target((scene) => scene.fromTarget("UPDATE", 9, TARGET_AUDIO)),
  "200 to the change": toChange(200),
  "488 to the change": toChange(488),
  "491 to the change": toChange(491),
  "481 to the change": toChange(481),
  "the plane answers": world(({ rig }) => {
    rig.holdMedia = false;
    rig.answerMedia();
  }),
  "the plane fails": world(({ rig }) => rig.refuseMedia()),
  "no audio any more": world(({ rig }) =>
    rig.give({
      kind: "media-event",
      session: rig.media[0]?.session ?? "",
      event: { kind: "timeout", afterMs: 0 },
    }),
  ),
  "caller unreachable": world(({ rig }) => rig.break("pbx")),
  "target unreachable": world(({ rig }) => rig.break("carrier-a")),
  "operator hangs up": world(({ rig }) => rig.give({ kind: "hang-up", call: rig.media[0]?.session ?? "" })),
  shutdown: world(({ rig }) => rig.give({ kind: "drain", endCalls: true })),
  "32 s of silence": world(({ rig }) => rig.pass(32_500)),
};

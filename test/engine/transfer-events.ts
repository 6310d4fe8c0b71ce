// What can happen while a party is put through: said by one of the three, or by the world around.
import { audioOf } from "./peer.ts";
import { CARL_AUDIO, type TransferScene } from "./transfer-states.ts";

/** False where it cannot happen in that state. */
type Event = (scene: TransferScene) => boolean;

function said(party: "pbx" | "carrier-a" | "carrier-b", text: (scene: TransferScene) => string | null): Event {
  return (scene) => {
    const message = text(scene);
    if (message !== null) scene.rig.receive(party, message);
    return message !== null;
  };
}

const ann = (text: (scene: TransferScene) => string | null) => said("pbx", text);
const bob = (text: (scene: TransferScene) => string | null) => said("carrier-a", text);
const carl = (text: (scene: TransferScene) => string | null) => said("carrier-b", text);

function world(happens: (scene: TransferScene) => void): Event {
  return (scene) => {
    happens(scene);
    return true;
  };
}

/** Hangs up the call that was there first, or the one that is made for the transfer. */
function operator(which: 0 | 1): Event {
  return ({ rig }) => {
    const sessions = [...new Set(rig.media.map(({ session }) => session))];
    const call = sessions[which];
    if (call !== undefined) rig.give({ kind: "hang-up", call });
    return call !== undefined;
  };
}

export const TRANSFER_EVENTS: Readonly<Record<string, Event>> = {
  "ann BYE": ann((scene) => scene.ann("BYE", 9)),
  "ann REFER again": ann((scene) => scene.refer(8)),
  "ann re-INVITE": ann((scene) => scene.ann("INVITE", 9, [], audioOf("10.0.0.20", 4200))),
  "ann 200 to NOTIFY": ann((scene) => scene.annSays(200)),
  "ann 481 to NOTIFY": ann((scene) => scene.annSays(481)),
  "bob BYE": bob((scene) => scene.bob("BYE", 9)),
  "bob OPTIONS": bob((scene) => scene.bob("OPTIONS", 9)),
  "bob 200": bob((scene) => scene.bobSays(200)),
  "bob 488": bob((scene) => scene.bobSays(488)),
  "bob 491": bob((scene) => scene.bobSays(491)),
  "bob 481": bob((scene) => scene.bobSays(481)),
  "carl 180": carl((scene) => scene.carlSays(180)),
  "carl 183 with media": carl((scene) => scene.carlSays(183, CARL_AUDIO)),
  "carl 200": carl((scene) => scene.carlSays(200, CARL_AUDIO)),
  "carl 200 without media": carl((scene) => scene.carlSays(200)),
  "carl 486": carl((scene) => scene.carlSays(486)),
  "carl BYE": carl((scene) => scene.carl("BYE")),
  "the plane answers": world(({ rig }) => {
    rig.holdMedia = false;
    rig.answerMedia();
  }),
  "the plane fails": world(({ rig }) => rig.refuseMedia()),
  "ann unreachable": world(({ rig }) => rig.break("pbx")),
  "bob unreachable": world(({ rig }) => rig.break("carrier-a")),
  "carl unreachable": world(({ rig }) => rig.break("carrier-b")),
  "operator hangs up the first call": operator(0),
  "operator hangs up the second call": operator(1),
  shutdown: world(({ rig }) => rig.give({ kind: "drain", endCalls: true })),
  "10 s of silence": world(({ rig }) => rig.pass(10_000)),
  "32 s of silence": world(({ rig }) => rig.pass(32_500)),
};

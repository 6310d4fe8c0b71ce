import { describe, expect, test } from "vitest";
import { accepted, carrier, configuration, lan, pbx, refused, type Tree, wan } from "./sample-configuration.ts";

const media = (more: Tree = {}) => ({ media: { address: "127.0.0.1", ports: "20000-24999", learn: "none", ...more } });
const other = (more: Tree = {}) => ({ media: { address: "127.0.0.2", ports: "30000-34999", learn: "any", ...more } });
const served = (more: Tree = {}) =>
  configuration({
    node: { rtpengine: [{ address: "10.0.0.6" }] },
    networks: { lan: lan(media()), wan: wan(other()) },
    ...more,
  });

test("instances have defaults, and none is the default", () => {
  expect(accepted(configuration()).node.rtpengine).toEqual([]);
  expect(accepted(served()).node.rtpengine).toEqual([{ address: "10.0.0.6", port: 2223, weight: 100, addresses: {} }]);
});

test("tones that every trunk has in INFO need no turning", () => {
  const trunks = { pbx: pbx({ media: { dtmf: "info" } }), carrier: carrier({ media: { dtmf: "info" } }) };
  expect(accepted(served({ trunks })).trunks.pbx?.media.dtmf).toBe("info");
});

describe("what rtpengine cannot do, or an instance cannot be, is refused", () => {
  const cases: readonly (readonly [string, Tree, readonly string[]])[] = [
    [
      "peers held to one address, and the kernel forbidden",
      { networks: { lan: lan(media({ learn: "same-address" })), wan: wan(other({ path: "user-space" })) } },
      [
        "networks.lan.media.learn: rtpengine cannot hold a peer to another port of its address: say none, or any for peers behind NAT that nobody else can reach",
        "networks.wan.media.path: rtpengine itself is told whether the kernel may help: start it with --table=-1",
      ],
    ],
    [
      "marks of each side's own",
      { networks: { lan: lan({ ...media(), dscp: { media: "ef" } }), wan: wan(other()) } },
      ["networks.wan.dscp.media: rtpengine marks both sides of a call alike: say the same as networks.lan"],
    ],
    [
      "checks",
      { trunks: { pbx: pbx(), carrier: carrier({ media: { ice: "lite" } }) } },
      ["trunks.carrier.media.ice: checks (ICE) are answered by the embedded relay alone"],
    ],
    [
      "keys by DTLS",
      { trunks: { pbx: pbx(), carrier: carrier({ media: { encryption: "dtls" } }) } },
      ["trunks.carrier.media.encryption: keys by DTLS are made by the embedded relay alone: say sdes or optional"],
    ],
    [
      "tones that have to be turned",
      { trunks: { pbx: pbx({ media: { dtmf: "info" } }), carrier: carrier() } },
      [
        "trunks.pbx.media.dtmf: tones are turned by the embedded relay alone: say rfc4733, and pass INFO (signaling.passMethods)",
      ],
    ],
    [
      "an instance twice, and a network that is not there",
      { node: { rtpengine: [{ address: "10.0.0.6" }, { address: "10.0.0.6", addresses: { wna: "192.0.2.1" } }] } },
      [
        "node.rtpengine[1].address: node.rtpengine[0] is the same one",
        '!node.rtpengine[1].addresses.wna: there is no network "wna"; did you mean "wan"?',
      ],
    ],
    [
      "no instance that takes calls",
      { node: { rtpengine: [{ address: "10.0.0.6", weight: 0 }] } },
      ["node.rtpengine: every weight is 0, so that no call would have media"],
    ],
  ];
  test.each(cases)("%s", (_, more, problems) => expect(refused(served(more))).toEqual(problems));
});

import { loopback } from "../media-peers.contract.ts";
import { holdToContract } from "../media-plane.contract.ts";
import { Daemon, openPlane, WITHOUT_RTPENGINE } from "./rtpengine-rig.contract.ts";

holdToContract("rtpengine", {
  missing: WITHOUT_RTPENGINE,
  traits: ["without-ice", "without-handshakes", "own-keys", "without-tones"],
  addresses: [loopback(1), loopback(2), loopback(3)],
  open: async (networks) => {
    const interfaces = Object.fromEntries(Object.entries(networks).map(([name, { address }]) => [name, address]));
    const { portFrom = 0, portTo = 0 } = networks.inside ?? {};
    const daemon = await Daemon.start({ control: loopback(9), interfaces, portFrom, portTo });
    const { plane } = await openPlane([daemon]);
    return {
      plane,
      close: async () => {
        await plane.close();
        await daemon.kill();
      },
    };
  },
});

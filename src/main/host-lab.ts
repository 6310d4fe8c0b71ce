// The lab on real sockets: plays the peer of every trunk whose target is on this machine, the PBX and the carriers alike.

import type { LabPort } from "../api/index.ts";
import type { Random } from "../base/index.ts";
import { createCarrier, createPbx, type PhoneEvent, userCallScript } from "../lab/index.ts";
import type { Configuration, Trunk } from "../model/index.ts";
import { isLoopbackAddress, parseAddress } from "../protocol/transport/index.ts";
import type { Log } from "../runtime/telemetry/index.ts";
import { type HostedAgent, hostAgent } from "./host-agent.ts";
import type { Undo } from "./undo.ts";

const SIP_PORT = 5060;

/** Where the trunk's peer is, when the lab may play it: a loopback address reached over UDP. */
function stageOf(trunk: Trunk): { readonly address: string; readonly port: number } | null {
  const [target] = trunk.targets;
  const address = target === undefined ? null : parseAddress(target.host);
  if (target === undefined || address === null || !isLoopbackAddress(address)) return null;
  if (target.transport !== null && target.transport !== "udp") return null;
  return { address: target.host, port: target.port ?? SIP_PORT };
}

function wordsOf(event: PhoneEvent): string {
  if (event.kind === "failed") return `failed with ${event.status}`;
  return event.kind === "ended" ? `ended by ${event.by === "us" ? "the caller" : event.by}` : event.kind;
}

/** Opens the cast. `undo` takes it off the stage again. */
export async function hostLab(
  configuration: Configuration,
  options: { readonly random: Random; readonly log: Log; readonly undo: Undo },
): Promise<LabPort> {
  const { random, log, undo } = options;
  const pbxs = new Map<string, { readonly agent: HostedAgent; readonly trunk: Trunk }>();
  let failing = true;
  let calls = 0;
  for (const [name, trunk] of Object.entries(configuration.trunks)) {
    const stage = stageOf(trunk);
    if (stage === null) continue;
    const mark = name.replace(/[^A-Za-z0-9]/g, "");
    const carrierFails = failing;
    const agent = await hostAgent({
      name,
      ...stage,
      random,
      log,
      create: ({ address, port, transport }, audioPorts) => {
        const listener = { network: name, transport, localAddress: address, localPort: port };
        const cast = { name: mark, listener, random, audioPorts };
        return trunk.role === "pbx" ? createPbx(cast) : createCarrier({ ...cast, failing: carrierFails });
      },
      onReport: (call, event) => log.info(`the lab's ${name}: call ${call} ${wordsOf(event)}`),
    });
    undo.push(() => agent.close());
    if (trunk.role === "pbx") pbxs.set(name, { agent, trunk });
    else failing = false;
    log.info("the lab plays a peer", { trunk: name, ...stage });
  }
  return {
    placeCall: ({ user, called, hangUpAfterMs }) => {
      const [pbx] = pbxs.values();
      const listener = configuration.networks[pbx?.trunk.network ?? ""]?.listen.find(
        ({ transport }) => transport === "udp",
      );
      if (pbx === undefined || listener === undefined) return null;
      calls += 1;
      const id = `lab-${calls}`;
      const to = { address: listener.address, port: listener.port };
      pbx.agent.submit({ kind: "place-call", script: userCallScript({ id, user, called, to, hangUpAfterMs }) });
      return id;
    },
  };
}

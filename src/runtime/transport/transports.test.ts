import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import type { Flow } from "../../protocol/transport/index.ts";
import { createLog } from "../telemetry/index.ts";
import type { ListenerSettings } from "./transport.ts";
import { type NetworkListeners, openTransports, type Transports } from "./transports.ts";

const opened: Transports[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const transports of opened.splice(0)) await transports.close();
});

const listener = (transport: ListenerSettings["transport"], address: string, port = 0): ListenerSettings => ({
  transport,
  address,
  port,
  certificate: null,
});
const networks = (listen: Record<string, ListenerSettings[]>): Record<string, NetworkListeners> =>
  Object.fromEntries(Object.entries(listen).map(([name, listeners]) => [name, { listen: listeners }]));

async function open(
  listen: Record<string, ListenerSettings[]>,
  onMessage: (flow: Flow, text: string) => void = () => {},
) {
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const transports = await openTransports(networks(listen), { onMessage, onError: () => {}, log });
  opened.push(transports);
  return transports;
}

test("all listeners of all networks are open, each under the port it got", async () => {
  const { listeners } = await open({
    lan: [listener("udp", "127.0.0.1"), listener("tcp", "127.0.0.1")],
    wan: [listener("udp", "127.0.0.2")],
  });
  expect(listeners.map(({ network, transport, address }) => `${network} ${transport} ${address}`)).toEqual([
    "lan udp 127.0.0.1",
    "lan tcp 127.0.0.1",
    "wan udp 127.0.0.2",
  ]);
  for (const { port } of listeners) expect(port).toBeGreaterThan(0);
});

test.each(["udp", "tcp"] as const)(
  "a message over %s goes by its flow, and both sides are counted",
  async (transport) => {
    const arrived: ((heard: { flow: Flow; text: string }) => void)[] = [];
    const heard = new Promise<{ flow: Flow; text: string }>((resolve) => arrived.push(resolve));
    const transports = await open(
      { lan: [listener(transport, "127.0.0.1")], wan: [listener(transport, "127.0.0.2")] },
      (flow, text) => arrived.pop()?.({ flow, text }),
    );
    const [lan, wan] = transports.listeners;
    const text = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n";
    transports.send(
      {
        network: "lan",
        transport,
        localAddress: "127.0.0.1",
        localPort: lan?.port ?? 0,
        remoteAddress: "127.0.0.2",
        remotePort: wan?.port ?? 0,
      },
      text,
    );
    expect(await heard).toMatchObject({ text, flow: { network: "wan", transport, remoteAddress: "127.0.0.1" } });
    expect(transports.counters()[transport]).toMatchObject({ received: 1, failed: 0 });
  },
);

test.each([
  ["127.0.0.1", "127.0.0.2"],
  ["::1", "::1"],
])("packets are marked as their network says, and arrive (%s)", async (address, other) => {
  const marking = vi.spyOn(Socket.prototype, "setTypeOfService");
  const texts: string[] = [];
  const log: string[] = [];
  const sink = createLog({ level: "warn", form: "json", color: false, write: (line) => void log.push(line) });
  const marked = (listeners: ListenerSettings[]): NetworkListeners => ({
    listen: listeners,
    dscp: { signaling: 24, media: null },
  });
  const transports = await openTransports(
    {
      lan: marked([listener("udp", address), listener("tcp", address)]),
      wan: marked([listener("udp", other), listener("tcp", other)]),
    },
    { onMessage: ({ transport }) => void texts.push(transport), onError: () => {}, log: sink },
  );
  opened.push(transports);
  const [udp, tcp, toUdp, toTcp] = transports.listeners.map(({ port }) => port);
  const local = { network: "lan", localAddress: address, remoteAddress: other } as const;
  const text = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n";
  transports.send({ ...local, transport: "udp", localPort: udp ?? 0, remotePort: toUdp ?? 0 }, text);
  transports.send({ ...local, transport: "tcp", localPort: tcp ?? 0, remotePort: toTcp ?? 0 }, text);
  while (texts.length < 2) await new Promise((go) => setImmediate(go));
  expect(texts.sort()).toEqual(["tcp", "udp"]);
  // Both ends of the connection, by what the system says of them; of datagrams the addon's own test reads the mark.
  expect(marking.mock.contexts.map((socket) => (socket as Socket).getTypeOfService())).toEqual([24 << 2, 24 << 2]);
  expect(log).toEqual([]);
});

test("when one listener cannot be opened none stays open", async () => {
  const taken = createSocket("udp4");
  taken.bind(0, "127.0.0.3");
  await once(taken, "listening");
  const first = await open({ lan: [listener("udp", "127.0.0.1")] });
  const port = first.listeners[0]?.port ?? 0;
  await first.close();
  const both = { lan: [listener("udp", "127.0.0.1", port), listener("udp", "127.0.0.3", taken.address().port)] };
  await expect(open(both)).rejects.toMatchObject({ code: "address-in-use" });
  taken.close();
  await expect(open({ lan: [listener("udp", "127.0.0.1", port)] })).resolves.toBeDefined();
});

test("a certificate that cannot be used is named with what is wrong, and nothing is opened", async () => {
  const log = createLog({ level: "error", form: "json", color: false, write: () => {} });
  const certificates = { wan: { certFile: "absent.pem", keyFile: "absent.key", caFile: null } };
  const opening = openTransports(
    networks({ lan: [listener("udp", "127.0.0.1")] }),
    { onMessage: () => {}, onError: () => {}, log },
    { certificates, directory: import.meta.dirname },
  );
  await expect(opening).rejects.toMatchObject({
    code: "certificate-unusable",
    message: expect.stringContaining("certificates.wan.certFile: the file absent.pem cannot be read"),
  });
});

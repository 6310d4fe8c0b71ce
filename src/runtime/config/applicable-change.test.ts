import { expect, test } from "vitest";
import { type Configuration, parseConfiguration } from "../../model/index.ts";
import { applicableChange } from "./applicable-change.ts";

type Tree = Record<string, unknown>;

const network = (port: number) => ({
  listen: [{ transport: "udp", address: "127.0.0.1", port }],
  media: { address: "127.0.0.1", ports: `${port * 10 - 30_000}-${port * 10 - 29_901}` },
});

function parse(extra: Tree = {}): Configuration {
  const pbx = { role: "pbx", network: "lan", targets: [{ uri: "sip:127.0.0.1:5999" }] };
  const result = parseConfiguration({ networks: { lan: network(5060) }, trunks: { pbx }, ...extra });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

test("trunks, numbers and routes are applied", () => {
  const changed = parse({ routes: [{ name: "r", to: ["pbx"] }], country: "US" });
  const { configuration, afterRestart } = applicableChange(parse(), changed);
  expect(configuration).toEqual(changed);
  expect(afterRestart).toEqual([]);
});

test("the policy is applied, whatever else of the node waits", () => {
  const changed = parse({ node: { name: "other", policy: "policy.ts" } });
  const { configuration, afterRestart } = applicableChange(parse(), changed);
  expect(configuration.node).toMatchObject({ name: "demarc", policy: { file: "policy.ts", deadline: 500 } });
  expect(afterRestart).toEqual(["node"]);
  expect(applicableChange(parse(), parse({ node: { policy: "policy.ts" } })).afterRestart).toEqual([]);
});

test("sockets stay, and that is said", () => {
  const running = parse();
  const changed = parse({
    node: { name: "other" },
    api: { listen: "127.0.0.1:9090" },
    networks: { lan: network(5070), wan: network(5080) },
    country: "US",
  });
  const { configuration, afterRestart } = applicableChange(running, changed);
  expect(afterRestart).toEqual(["node", "api", "networks.lan", "networks.wan"]);
  expect(configuration).toEqual({
    ...running,
    country: "US",
    emergency: { ...running.emergency, testNumber: "933" },
  });
});

test.each([
  ["a trunk in a network that is not there yet", { network: "wan" }, 'far.network: there is no network "wan"'],
  ["a target over a listener that is not there yet", { network: "lan", transport: "tcp" }, "has no tcp listener"],
])(
  "%s: nothing is applied",
  (_, { network: home, transport = "udp" }: { network: string; transport?: string }, why) => {
    const running = parse();
    const far = { role: "pbx", network: home, targets: [{ uri: `sip:127.0.0.1:5998;transport=${transport}` }] };
    const tcp = { transport: "tcp", address: "127.0.0.1", port: 5060 };
    const lan = network(5060);
    const networks = { lan: { ...lan, listen: [...lan.listen, tcp] }, wan: network(5070) };
    const change = applicableChange(running, parse({ networks, trunks: { far } }));
    expect(change.configuration).toBe(running);
    expect(change.afterRestart).toEqual([expect.stringContaining(why)]);
  },
);

// What an rtpengine cannot do is refused where it is asked for, so that nobody relies on it.

import type { Configuration } from "./configuration.ts";
import { missingName } from "./missing-name.ts";
import type { ConfigurationProblem } from "./problem.ts";

type Path = ConfigurationProblem["path"];

function problem(path: Path, message: string): ConfigurationProblem {
  return { path, at: "value", message };
}

function checkInstances({ node, networks }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const names = Object.keys(networks);
  for (const [index, { address, port, addresses }] of node.rtpengine.entries()) {
    const path = ["node", "rtpengine", index];
    const twin = node.rtpengine.slice(0, index).findIndex((one) => one.address === address && one.port === port);
    if (twin >= 0) problems.push(problem([...path, "address"], `node.rtpengine[${twin}] is the same one`));
    for (const name of Object.keys(addresses)) {
      if (!names.includes(name)) {
        problems.push({ path: [...path, "addresses", name], at: "key", message: missingName("network", name, names) });
      }
    }
  }
  if (node.rtpengine.length > 0 && node.rtpengine.every(({ weight }) => weight === 0)) {
    problems.push(problem(["node", "rtpengine"], "every weight is 0, so that no call would have media"));
  }
  return problems;
}

function checkMedia({ networks }: Configuration): readonly ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const [first] = Object.entries(networks);
  for (const [name, { media, dscp }] of Object.entries(networks)) {
    const path = ["networks", name, "media"];
    if (media.learn === "same-address") {
      const message =
        "rtpengine cannot hold a peer to another port of its address: say none, or any for peers behind NAT that nobody else can reach";
      problems.push(problem([...path, "learn"], message));
    }
    if (media.path === "user-space") {
      problems.push(
        problem([...path, "path"], "rtpengine itself is told whether the kernel may help: start it with --table=-1"),
      );
    }
    if (first !== undefined && dscp.media !== first[1].dscp.media) {
      const message = `rtpengine marks both sides of a call alike: say the same as networks.${first[0]}`;
      problems.push(problem(["networks", name, "dscp", "media"], message));
    }
  }
  return problems;
}

function checkTrunkMedia({ trunks }: Configuration): readonly ConfigurationProblem[] {
  const someInStream = Object.values(trunks).some(({ media }) => media.dtmf === "rfc4733");
  return Object.values(trunks).flatMap(({ name, media }) => {
    const path = ["trunks", name, "media"];
    const problems: ConfigurationProblem[] = [];
    if (media.ice !== "off")
      problems.push(problem([...path, "ice"], "checks (ICE) are answered by the embedded relay alone"));
    if (media.encryption === "dtls") {
      problems.push(
        problem([...path, "encryption"], "keys by DTLS are made by the embedded relay alone: say sdes or optional"),
      );
    }
    if (media.dtmf === "info" && someInStream) {
      const message =
        "tones are turned by the embedded relay alone: say rfc4733, and pass INFO (signaling.passMethods)";
      problems.push(problem([...path, "dtmf"], message));
    }
    return problems;
  });
}

export function checkRtpengine(configuration: Configuration): readonly ConfigurationProblem[] {
  if (configuration.node.rtpengine.length === 0) return [];
  return [...checkInstances(configuration), ...checkMedia(configuration), ...checkTrunkMedia(configuration)];
}

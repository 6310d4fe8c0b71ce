// Asterisk's pjsip.conf: a trunk for each endpoint that has a fixed contact or registers elsewhere. Endpoints that register there are phones.

import { parseCidr } from "../../protocol/transport/index.ts";
import {
  type Carried,
  type LeftBehind,
  passwordVariable,
  targetUri,
  trunkName,
  trunkOf,
  type WrittenTrunk,
} from "./carried.ts";
import { type PjsipSection, pjsipSections } from "./pjsip-sections.ts";

type Kind = "endpoint" | "aor" | "auth" | "identify" | "registration";

interface Reading {
  readonly network: string;
  readonly of: Readonly<Record<Kind, readonly PjsipSection[]>>;
  readonly left: LeftBehind[];
}

const CODECS: Readonly<Record<string, string>> = {
  ulaw: "PCMU",
  alaw: "PCMA",
  g722: "G722",
  g729: "G729",
  g723: "G723",
  opus: "opus",
  ilbc: "iLBC",
  gsm: "GSM",
  speex: "speex",
};
const TRUE = /^(?:yes|true|on|1)$/i;
/** How Asterisk goes about it, which is nobody else's matter, and what Demarc always does. */
const OF_NO_MATTER = new Set(
  "type context transport aors auth outbound_auth disallow allow rtp_symmetric force_rport rewrite_contact direct_media ice_support language identify_by endpoint max_contacts remove_existing qualify_timeout retry_interval forbidden_retry_interval fatal_retry_interval max_retries auth_rejection_permanent auth_type line support_path contact match server_uri client_uri expiration qualify_frequency username password realm".split(
    " ",
  ),
);

/** The last value of a setting; null where there is none. */
function last(section: PjsipSection | undefined, key: string): string | null {
  return section?.settings.findLast((setting) => setting.key === key)?.value ?? null;
}

function all(
  section: PjsipSection | undefined,
  key: string,
): readonly { readonly value: string; readonly line: number }[] {
  const settings = section?.settings.filter((setting) => setting.key === key) ?? [];
  return settings.flatMap(({ value, line }) => value.split(",").map((one) => ({ value: one.trim(), line })));
}

function named(sections: readonly PjsipSection[], name: string | null): PjsipSection | undefined {
  return name === null ? undefined : sections.find((section) => section.name === name);
}

function seconds(text: string | null, least: number): string | null {
  const count = Number(text);
  return text !== null && /^[0-9]{1,6}$/.test(text) && count >= least ? `${count}s` : null;
}

function codecsOf(endpoint: PjsipSection, left: LeftBehind[]): readonly string[] | null {
  const codecs: string[] = [];
  for (const { value, line } of all(endpoint, "allow")) {
    const name = value.toLowerCase().replace(/:.*$/, "");
    const codec = CODECS[name];
    if (codec !== undefined && !codecs.includes(codec)) codecs.push(codec);
    else if (codec === undefined && name !== "all" && name !== "")
      left.push({ line, message: `allow=${value}: Demarc knows no codec by that name` });
  }
  return codecs.length === 0 ? null : codecs;
}

function mediaOf(endpoint: PjsipSection, left: LeftBehind[]) {
  const dtmf = last(endpoint, "dtmf_mode");
  const encryption = last(endpoint, "media_encryption");
  return trunkOf({
    codecs: codecsOf(endpoint, left),
    dtmf: dtmf === "info" || dtmf === "inband" ? dtmf : null,
    encryption: encryption === "sdes" || encryption === "dtls" ? encryption : null,
    fax: TRUE.test(last(endpoint, "t38_udptl") ?? "") ? "t38" : null,
  });
}

function identityOf(endpoint: PjsipSection) {
  const asserted = TRUE.test(last(endpoint, "send_pai") ?? "");
  const remote = TRUE.test(last(endpoint, "send_rpid") ?? "");
  const domain = last(endpoint, "from_domain");
  return trunkOf({
    trust: TRUE.test(last(endpoint, "trust_id_inbound") ?? "") ? null : false,
    callerHeader: asserted ? "p-asserted-identity" : remote ? "remote-party-id" : null,
    domain: domain !== null && /^[A-Za-z0-9.-]+$/.test(domain) ? domain : null,
  });
}

function signalingOf(endpoint: PjsipSection) {
  const reliable = last(endpoint, "100rel");
  const timers = last(endpoint, "timers");
  const asks = timers === "always" || timers === "required" || timers === "forced";
  return trunkOf({
    reliableProvisional:
      reliable === "required" ? "required" : reliable === "yes" || reliable === "peer_supported" ? "supported" : null,
    sessionExpires: asks ? seconds(last(endpoint, "timers_sess_expires") ?? "1800", 90) : null,
  });
}

function addressesOf(name: string, { of, left }: Reading): readonly string[] {
  const sections = of.identify.filter((section) => last(section, "endpoint") === name);
  return sections.flatMap((section) =>
    all(section, "match").flatMap(({ value, line }): readonly string[] => {
      if (parseCidr(value) !== null) return [value];
      left.push({ line, message: `match=${value} is no address: write the addresses that the name stands for` });
      return [];
    }),
  );
}

function registrationOf(name: string, aor: PjsipSection | undefined, { of }: Reading): PjsipSection | undefined {
  const host = (text: string | null): string =>
    text === null ? "" : (targetUri(text) ?? text).replace(/^sip:|[:;].*$/g, "");
  const contacts = all(aor, "contact").map(({ value }) => host(value));
  return (
    of.registration.find((section) => last(section, "endpoint") === name || section.name === name) ??
    of.registration.find((section) => contacts.includes(host(last(section, "server_uri"))))
  );
}

function carryEndpoint(endpoint: PjsipSection, trunk: string, reading: Reading): WrittenTrunk | null {
  const { network, of, left } = reading;
  const [first = null] = all(endpoint, "aors").map(({ value }) => value);
  const aor = named(of.aor, first ?? endpoint.name);
  const registration = registrationOf(endpoint.name, aor, reading);
  const server = last(registration, "server_uri");
  const contacts = all(aor, "contact").map(({ value }) => value);
  const targets = (contacts.length > 0 ? contacts : server === null ? [] : [server]).flatMap(
    (contact) => targetUri(contact) ?? [],
  );
  if (targets.length === 0) {
    left.push({
      line: endpoint.line,
      message: `[${endpoint.name}] has no contact and registers nowhere: it is a phone's, not a trunk's`,
    });
    return null;
  }
  const auth = named(of.auth, last(endpoint, "outbound_auth") ?? last(registration, "outbound_auth"));
  const username = last(auth, "username");
  const registrar = server === null ? null : targetUri(server);
  const aorUri = last(registration, "client_uri");
  const credentials =
    username === null || auth === undefined
      ? null
      : trunkOf({ username, password: `\${${passwordVariable(trunk)}}`, realm: last(auth, "realm") });
  if (credentials !== null && auth !== undefined) {
    left.push({
      line: auth.line,
      message: `the password of [${auth.name}] is not written on: set ${passwordVariable(trunk)} where Demarc is started`,
    });
  }
  const addresses = addressesOf(endpoint.name, reading);
  if (addresses.length === 0) {
    left.push({
      line: endpoint.line,
      message: `nothing says from which addresses [${endpoint.name}] calls: set identify.addresses`,
    });
  }
  leaveRest([endpoint, aor, registration], left);
  return trunkOf({
    role: registration === undefined && credentials === null ? "pbx" : "provider",
    network,
    targets: [...new Map(targets.map((uri) => [uri.toLowerCase(), { uri }])).values()],
    identify: trunkOf({ addresses }),
    registration:
      registrar === null || aorUri === null
        ? null
        : trunkOf({
            registrar,
            aor: aorUri.replace(/;.*$/, ""),
            expires: seconds(last(registration, "expiration"), 30),
          }),
    credentials,
    media: mediaOf(endpoint, left),
    signaling: signalingOf(endpoint),
    identity: identityOf(endpoint),
    health: trunkOf({ optionsEvery: seconds(last(aor, "qualify_frequency"), 5) }),
  });
}

const CARRIED = new Set(
  "dtmf_mode media_encryption t38_udptl send_pai send_rpid from_domain trust_id_inbound 100rel timers timers_sess_expires".split(
    " ",
  ),
);

function leaveRest(sections: readonly (PjsipSection | undefined)[], left: LeftBehind[]): void {
  for (const { key, value, line } of sections.flatMap((section) => section?.settings ?? [])) {
    if (OF_NO_MATTER.has(key) || CARRIED.has(key)) continue;
    left.push({ line, message: `${key}=${value} has nothing that it would be here, or is not carried over yet` });
  }
}

export function readPjsip(text: string, network: string): Carried {
  const { sections, strange } = pjsipSections(text);
  const left: LeftBehind[] = strange.map((line) => ({
    line,
    message: "this is no section and no setting; what #include names is not read",
  }));
  const ofKind = (kind: Kind): readonly PjsipSection[] => sections.filter((section) => last(section, "type") === kind);
  const of = {
    endpoint: ofKind("endpoint"),
    aor: ofKind("aor"),
    auth: ofKind("auth"),
    identify: ofKind("identify"),
    registration: ofKind("registration"),
  };
  for (const section of sections) {
    if (last(section, "type") === "transport") {
      left.push({
        line: section.line,
        message: `transport [${section.name}]: where Demarc listens is what its networks say`,
      });
    }
  }
  const trunks: Record<string, WrittenTrunk> = {};
  for (const endpoint of of.endpoint) {
    const name = trunkName(endpoint.name, new Set(Object.keys(trunks)));
    const trunk = carryEndpoint(endpoint, name, { network, of, left });
    if (trunk !== null) trunks[name] = trunk;
  }
  return { trunks, left };
}

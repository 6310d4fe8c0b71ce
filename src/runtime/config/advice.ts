// What is valid and yet likely to be regretted. Warnings, at every start and validation.

import {
  type Configuration,
  type ConfigurationProblem,
  KNOWN_COUNTRIES,
  type Listener,
  type Target,
} from "../../model/index.ts";
import { isLoopbackAddress, parseAddress } from "../../protocol/transport/index.ts";

const ENCRYPTED: ReadonlySet<string> = new Set(["tls", "wss"]);

/** An emergency number that no route would ever take anywhere. */
function emergencyAdvice({ emergencyNumbers, routes }: Configuration): readonly ConfigurationProblem[] {
  const routed = routes.some(({ match, to }) => {
    const catchesAll = match.emergency === null && match.called === null && match.caller === null;
    return to.kind === "trunks" && (match.emergency === true || catchesAll);
  });
  if (routed || emergencyNumbers.length === 0) return [];
  const example = "{ name: emergency, match: { emergency: true }, to: [carrier] }";
  const message = `no route takes emergency calls (${emergencyNumbers.join(", ")}); put ${example} first`;
  return [{ path: ["routes"], at: "key", message }];
}

/** An API that others can reach: it asks nobody who they are. */
function apiAdvice({ api }: Configuration): readonly ConfigurationProblem[] {
  const address = parseAddress(api.listen.address);
  if (address !== null && isLoopbackAddress(address)) return [];
  const message = "the API has no login yet: whoever reaches this address can read every call and hang up any";
  return [{ path: ["api", "listen"], at: "value", message }];
}

/** Countries whose numbers nobody here can read. */
function countryAdvice({ country, trunks }: Configuration): readonly ConfigurationProblem[] {
  const own = Object.values(trunks).map(({ name, identity }) => ({
    path: ["trunks", name, "identity", "country"],
    of: identity.country,
  }));
  return [{ path: ["country"], of: country }, ...own].flatMap(({ path, of }): readonly ConfigurationProblem[] => {
    if (of === null || KNOWN_COUNTRIES.includes(of)) return [];
    const message = `national numbers of ${of} cannot be read yet and are taken as dialled; known: ${KNOWN_COUNTRIES.join(", ")}`;
    return [{ path, at: "value", message }];
  });
}

/** Whether requests to a target go where others may read them. */
function isReadable(target: Target, listen: readonly Listener[]): boolean {
  const { transport, host } = target;
  if (transport !== null) return !ENCRYPTED.has(transport);
  // A name may lead to TLS, by what DNS says of it.
  const leadsAnywhere = parseAddress(host) === null && listen.some((listener) => ENCRYPTED.has(listener.transport));
  return !leadsAnywhere;
}

/** Keys in descriptions (RFC 4568 section 8.2) that anybody on the way can read. */
function keyAdvice({ trunks, networks }: Configuration): readonly ConfigurationProblem[] {
  return Object.values(trunks).flatMap(({ name, media, network, targets }): readonly ConfigurationProblem[] => {
    const readable = targets.find((target) => isReadable(target, networks[network]?.listen ?? []));
    if (media.encryption !== "sdes" || readable === undefined) return [];
    const message = `the keys go to ${readable.uri} for everybody to read: encrypt the signalling too, by ;transport=tls`;
    return [{ path: ["trunks", name, "media", "encryption"], at: "value", message }];
  });
}

/** T.38 has no encryption of its own that anybody speaks. */
function faxAdvice({ trunks }: Configuration): readonly ConfigurationProblem[] {
  return Object.values(trunks).flatMap(({ name, media }): readonly ConfigurationProblem[] => {
    const isMust = media.encryption === "sdes" || media.encryption === "dtls";
    if (!isMust || media.fax !== "t38") return [];
    const message = `T.38 would go in the clear, which encryption: ${media.encryption} rules out: faxes stay audio on this trunk`;
    return [{ path: ["trunks", name, "media", "fax"], at: "value", message }];
  });
}

export function advice(configuration: Configuration): readonly ConfigurationProblem[] {
  return [
    ...apiAdvice(configuration),
    ...countryAdvice(configuration),
    ...emergencyAdvice(configuration),
    ...keyAdvice(configuration),
    ...faxAdvice(configuration),
  ];
}

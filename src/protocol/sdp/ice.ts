// What a description says of ICE (RFC 8839): credentials by stream, and whether its writer is a lite agent.

import type { Attribute, MediaDescription, SessionDescription } from "./description.ts";
import { connectionOf } from "./offer-answer.ts";

export interface IceCredentialsSaid {
  readonly fragment: string;
  readonly password: string;
  /** Its writer answers checks and sends none. */
  readonly lite: boolean;
}

/** mismatch: what stands on the way has rewritten where the stream goes, and not its candidates; it is to go on without ICE (section 4.2.5). */
export type IceSaid = IceCredentialsSaid | "mismatch";

/** Section 5.4. */
const FRAGMENT = /^[A-Za-z0-9+/]{4,255}$/;
const PASSWORD = /^[A-Za-z0-9+/]{22,255}$/;
/** Of a peer that names its candidates later (RFC 8840 section 4.1.1). */
const DISCARD_PORT = 9;

function isOfIce({ name }: Attribute): boolean {
  return (
    name.startsWith("ice-") || name === "candidate" || name === "remote-candidates" || name === "end-of-candidates"
  );
}

/** Null for a stream without ICE, or with credentials that are none. They may stand in the session part, for all streams (section 5.4). */
export function iceOf(description: SessionDescription, media: MediaDescription): IceSaid | null {
  const saidBy = (name: string) => {
    const found = [...media.attributes, ...description.attributes].find((attribute) => attribute.name === name);
    return found?.value?.trim() ?? "";
  };
  const fragment = saidBy("ice-ufrag");
  const password = saidBy("ice-pwd");
  if (media.port === 0 || !FRAGMENT.test(fragment) || !PASSWORD.test(password)) return null;
  if (media.attributes.some(({ name }) => name === "ice-mismatch")) return null;
  if (media.port !== DISCARD_PORT && !namesItsDefault(description, media)) return "mismatch";
  return { fragment, password, lite: description.attributes.some(({ name }) => name === "ice-lite") };
}

/** Whether c= and m= go to one of the candidates of the first component: foundation, component, transport, priority, address, port. */
function namesItsDefault(description: SessionDescription, media: MediaDescription): boolean {
  const target = connectionOf(description, media)?.address.toLowerCase();
  return media.attributes.some(({ name, value }) => {
    if (name !== "candidate" || value === null) return false;
    const [, component, , , address, port] = value.trim().split(/ +/);
    return component === "1" && address?.toLowerCase() === target && port === String(media.port);
  });
}

/** The description as a lite agent's, with these credentials by stream and no others; without ICE where no stream has any. Candidates are the plane's to add. */
export function withIce(
  description: SessionDescription,
  streams: readonly (Omit<IceCredentialsSaid, "lite"> | "mismatch" | null)[],
): SessionDescription {
  const strip = (attributes: readonly Attribute[]) => attributes.filter((attribute) => !isOfIce(attribute));
  const media = description.media.map((section, stream): MediaDescription => {
    return { ...section, attributes: [...strip(section.attributes), ...linesOf(streams[stream] ?? null)] };
  });
  const isAny = streams.some((own) => own !== null);
  const agent = isAny ? [attribute("ice-lite", null), attribute("ice-options", "ice2")] : [];
  return { ...description, attributes: [...strip(description.attributes), ...agent], media };
}

function linesOf(own: Omit<IceCredentialsSaid, "lite"> | "mismatch" | null): Attribute[] {
  if (own === null) return [];
  if (own === "mismatch") return [attribute("ice-mismatch", null)];
  return [attribute("ice-ufrag", own.fragment), attribute("ice-pwd", own.password)];
}

function attribute(name: string, value: string | null): Attribute {
  return { name, value };
}

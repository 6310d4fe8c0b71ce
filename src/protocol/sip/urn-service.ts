// urn:service: names (RFC 5031): services without a number, emergency calls above all.

/** A label: letters and digits with dashes inside, at most 27 characters at the top (RFC 5031 section 3). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const LONGEST_TOP_LABEL = 27;
/** Far beyond any service there is. */
const LONGEST_URN = 255;

/** The labels of a service URN in lower case, `["sos", "fire"]`: the service, then what kind of it. Null when the text is none. */
export function parseServiceUrn(text: string): readonly string[] | null {
  if (text.length > LONGEST_URN || !/^urn:service:/i.test(text)) return null;
  const labels = text.slice("urn:service:".length).toLowerCase().split(".");
  const fits = labels.every((label) => LABEL.test(label)) && (labels[0] as string).length <= LONGEST_TOP_LABEL;
  return fits ? labels : null;
}

/** `urn:service:` and the labels, dots between them. */
export function formatServiceUrn(labels: readonly string[]): string {
  return `urn:service:${labels.join(".")}`;
}

/** Whether a service is `service` (`["sos"]`) or a kind of it: `sos.fire` is a `sos`. */
export function isServiceWithin(labels: readonly string[], service: readonly string[]): boolean {
  return service.every((label, index) => labels[index] === label);
}

// Rewrites the directions of streams, for what an answer may say (RFC 3264 section 6.1) and for what a peer can read.

import type { MediaDescription, SessionDescription } from "./description.ts";
import { answerDirection, type Direction, isDirection, streamDirection } from "./offer-answer.ts";

function mapDirections(
  description: SessionDescription,
  choose: (direction: Direction, stream: number) => Direction,
): SessionDescription {
  let changed = false;
  const media = description.media.map((section, stream): MediaDescription => {
    if (section.port === 0) return section;
    const direction = streamDirection(description, section);
    const chosen = choose(direction, stream);
    if (chosen === direction) return section;
    changed = true;
    const others = section.attributes.filter(({ name }) => !isDirection(name));
    return { ...section, attributes: [...others, { name: chosen, value: null }] };
  });
  return changed ? { ...description, media } : description;
}

/** The answer with each stream flowing only where the offer lets it: some peers answer sendrecv to a hold. */
export function withLegalDirections(offer: SessionDescription, answer: SessionDescription): SessionDescription {
  return mapDirections(answer, (direction, stream) => {
    const offered = offer.media[stream];
    return offered === undefined ? direction : answerDirection(streamDirection(offer, offered), direction);
  });
}

/** For peers that know no hold but `inactive`: a stream that flows one way does not flow. */
export function withPlainHolds(description: SessionDescription): SessionDescription {
  return mapDirections(description, (direction) => (direction === "sendrecv" ? direction : "inactive"));
}

/** Every stream that is not refused flows both ways: for offers of our own. */
export function withEverythingFlowing(description: SessionDescription): SessionDescription {
  return mapDirections(description, () => "sendrecv");
}

// A place as emergency services are told it: a PIDF-LO document (RFC 4119, RFC 5139, RFC 5491), sent by value (RFC 6442).

import type { CivicAddress, Location } from "../../model/index.ts";

/** In the order of the schema of RFC 5139 section 2.2. */
const ELEMENTS: readonly (readonly [keyof CivicAddress, string])[] = [
  ["country", "country"],
  ["state", "A1"],
  ["county", "A2"],
  ["city", "A3"],
  ["houseNumber", "HNO"],
  ["houseNumberSuffix", "HNS"],
  ["additional", "LOC"],
  ["floor", "FLR"],
  ["name", "NAM"],
  ["postcode", "PC"],
  ["building", "BLD"],
  ["unit", "UNIT"],
  ["room", "ROOM"],
  ["street", "RD"],
];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 cannot hold is left out. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  return plain.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}

function civicLines(address: CivicAddress): string[] {
  const lines = ELEMENTS.flatMap(([key, element]) => {
    const value = address[key];
    return value === null ? [] : [`<ca:${element}>${escapeXml(value)}</ca:${element}>`];
  });
  return ["<ca:civicAddress>", ...lines, "</ca:civicAddress>"];
}

function pointLines({ latitude, longitude }: NonNullable<Location["point"]>): string[] {
  return [
    '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326">',
    `<gml:pos>${latitude} ${longitude}</gml:pos>`,
    "</gml:Point>",
  ];
}

/**
 * The document, as characters: it must be written as UTF-8. Null for a place of which neither address nor point is known.
 * @param entity who is there, as a `pres:` URI
 * @param at Unix milliseconds
 */
export function formatPidfLo({ address, point }: Location, entity: string, at: number): string | null {
  if (address === null && point === null) return null;
  // The point first: rule 8 of RFC 5491 section 3.4 wants the most exact one first.
  const known = [...(point === null ? [] : pointLines(point)), ...(address === null ? [] : civicLines(address))];
  const day = 24 * 3600 * 1000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"' +
      ' xmlns:gbp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"' +
      ` xmlns:gml="http://www.opengis.net/gml" entity="${escapeXml(entity)}">`,
    '<tuple id="caller"><status><gp:geopriv><gp:location-info>',
    ...known,
    "</gp:location-info><gp:usage-rules>",
    "<gbp:retransmission-allowed>true</gbp:retransmission-allowed>",
    `<gbp:retention-expiry>${new Date(at + day).toISOString()}</gbp:retention-expiry>`,
    "</gp:usage-rules><gp:method>Manual</gp:method></gp:geopriv></status>",
    `<timestamp>${new Date(at).toISOString()}</timestamp></tuple>`,
    "</presence>",
    "",
  ].join("\r\n");
}

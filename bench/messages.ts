// The messages that the figures are about: an INVITE as an office PBX sends it through its proxy, and its answer.

const OFFER = [
  "v=0",
  "o=- 1763871001 1763871001 IN IP4 192.0.2.40",
  "s=-",
  "c=IN IP4 192.0.2.40",
  "t=0 0",
  "m=audio 17384 RTP/AVP 0 8 9 101",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:9 G722/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-16",
  "a=ptime:20",
  "a=sendrecv",
  "",
].join("\r\n");

export const SAMPLE_OFFER = OFFER;

/** 949 bytes, 14 header lines. `serial` makes Call-ID, tag and branch its own. */
export function sampleInvite(serial = 0): string {
  const id = String(serial).padStart(8, "0");
  return [
    "INVITE sip:+13035550142@198.51.100.10:5060;user=phone SIP/2.0",
    `Via: SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK-524287-1---9a3f${id};rport`,
    "Max-Forwards: 70",
    "Route: <sip:198.51.100.10;lr>",
    "Contact: <sip:+12025550100@192.0.2.40:5060;transport=udp>",
    "To: <sip:+13035550142@198.51.100.10;user=phone>",
    `From: "Front Desk" <sip:+12025550100@pbx.office.example>;tag=71f0${id}`,
    `Call-ID: 84092ZmQ4OGFjYjQ0NDc1${id}@192.0.2.40`,
    "CSeq: 1 INVITE",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER",
    "Supported: replaces, timer, 100rel",
    "User-Agent: OfficePBX 18.2.1",
    "P-Asserted-Identity: <sip:+12025550100@pbx.office.example>",
    "Content-Type: application/sdp",
    `Content-Length: ${OFFER.length}`,
    "",
    OFFER,
  ].join("\r\n");
}

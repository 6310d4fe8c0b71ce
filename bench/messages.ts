// The messages that the figures are about: an INVITE as an office PBX sends it through its proxy, one as a carrier's softswitch writes it, and the
// answer to a BYE. They are shaped differently, so that a reader tuned to the first is seen on the others.

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

/** 1,595 bytes, 23 header lines: compact and oddly cased names, several Vias on a line, an address without brackets, a quoted name with escapes, much that the reader passes over. */
export function carrierInvite(serial = 0): string {
  const id = String(serial).padStart(8, "0");
  return [
    "INVITE sip:+442079460123@sbc1.office.example;transport=tcp SIP/2.0",
    `v: SIP/2.0/TCP 203.0.113.7:5060;branch=z9hG4bKnashds8.${id}.1`,
    `Via: SIP/2.0/UDP core3.carrier.example;branch=z9hG4bK${id}b;received=198.51.100.44, SIP/2.0/UDP 10.1.2.3:5062;branch=z9hG4bK${id}c`,
    "Record-Route: <sip:edge2.carrier.example;transport=tcp;lr;ftag=88>",
    "record-route: <sip:core3.carrier.example;lr>",
    "Route: <sip:sbc1.office.example:5060;transport=tcp;lr>",
    "Route: <sip:198.51.100.10;lr>",
    `f: "O'Neill, Anna \\"AJ\\"" <sip:+12125550188@carrier.example;user=phone>;tag=gK0c${id}`,
    "t: sip:+442079460123@sbc1.office.example",
    `i: ${id}_98571234@core3.carrier.example`,
    "CSEQ: 28472 INVITE",
    "max-forwards: 61",
    'm: <sip:+12125550188@core3.carrier.example:5062;transport=tcp>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"',
    "Session-Expires: 1800;refresher=uac",
    "Min-SE: 90",
    "k: timer,replaces,100rel,histinfo,path",
    "Allow: ACK, BYE, CANCEL, INFO, INVITE, NOTIFY, OPTIONS, PRACK, REFER, UPDATE",
    "Accept: application/sdp, application/isup",
    'P-Asserted-Identity: "Anna O\'Neill" <sip:+12125550188@carrier.example>',
    "P-Charging-Vector: icid-value=9f3bc; icid-generated-at=192.0.6.8; orig-ioi=home1.example",
    "Diversion: <sip:+12125550100@carrier.example>;reason=unconditional;counter=1;privacy=off",
    "X-Carrier-Trace: 7e6a1c22-9f",
    "c: application/sdp",
    `l: ${OFFER.length}`,
    "",
    OFFER,
  ].join("\r\n");
}

/** 439 bytes, 9 header lines, no body. */
export function byeAnswer(serial = 0): string {
  const id = String(serial).padStart(8, "0");
  return [
    "SIP/2.0 200 OK",
    `Via: SIP/2.0/UDP 203.0.113.10:5060;rport=5060;branch=z9hG4bK${id}k29dkf0f;received=203.0.113.10`,
    `From: <sip:+12025550100@203.0.113.10>;tag=${id}a`,
    `To: <sip:+13035550142@192.0.2.3>;tag=as5${id}`,
    `Call-ID: ${id}abcdef0123456789`,
    "CSeq: 102 BYE",
    "Server: Asterisk PBX 20.5.0",
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE",
    "Supported: replaces, timer",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

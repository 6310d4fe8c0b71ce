// What fuzzing begins with: valid inputs of every target, and the words that mutations put in.
import { SAMPLE_VALUES } from "../../src/protocol/sip/headers/sample-values.ts";
import { sampleRequest, sampleResponse } from "../../src/protocol/sip/sample-messages.ts";
import { FIXTURES } from "../torture/fixtures.ts";

const SDP = [
  "v=0",
  "o=- 1763871001 1 IN IP4 192.0.2.1",
  "s=-",
  "i=words",
  "c=IN IP4 192.0.2.1",
  "b=AS:64",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=audio 40000/2 RTP/AVP 0 8 101",
  "c=IN IP6 2001:db8::1",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-16",
  "a=ptime:20",
  "a=sendrecv",
  "m=video 0 RTP/SAVP 31",
  "a=inactive",
  "",
].join("\r\n");

/** A query's answer, an offer's, a refusal. */
export const BENCODE_SEEDS: readonly string[] = [
  "d7:createdi1e4:tagsd5:a/land3:tag5:a/lan6:mediasld5:indexi1e7:streamsld10:local porti42000e13:local address9:127.0.0.14:SSRCi7e11:last packeti9e5:statsd7:packetsi5e5:bytesi860e6:errorsi0eeeeeeee6:result2:oke",
  `d3:sdp${SDP.length}:${SDP}6:result2:oke`,
  "d6:result5:error12:error-reason15:Unknown call-ide",
  "d5:callsl3:x/ye6:result2:oke",
  "li-1e0:lleldee",
];

export const SDP_SEEDS: readonly string[] = [SDP];

export const PARSER_SEEDS: readonly string[] = [
  sampleRequest("INVITE", { add: ["Content-Type: application/sdp"], body: SDP }),
  sampleResponse(200),
  ...Object.entries(SAMPLE_VALUES).map(([name, values]) =>
    sampleRequest("OPTIONS", { add: values.map((value) => `${name}: ${value}`) }),
  ),
  ...Object.values(FIXTURES).filter((text) => text.length < 1500),
];

export const DIGEST_SEEDS: readonly string[] = [
  'Digest realm="r", nonce="n", opaque="o", algorithm=SHA-256, qop="auth,auth-int", stale=true, userhash=true, domain="sip:a sip:b"',
  `Digest username="u\\"", realm="r", nonce="n", uri="sip:a@b", response="${"0a".repeat(32)}", algorithm=MD5-sess, cnonce="c", qop=auth, nc=0000000f, userhash=false, opaque=""`,
  `Digest username=u,realm=r,nonce=n,uri=sip:a,response=${"F".repeat(32)}`,
  "Bearer dG9rZW4=",
  'nextnonce="n", rspauth="00", qop=auth, cnonce="c", nc=00000001',
];

const PARTS =
  "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b\r\n\r\nx\r\n--b \r\nContent-ID: <a@b>\r\n--b--\r\nafter";

export const MULTIPART_SEEDS: readonly string[] = [
  `multipart/mixed;boundary=b\nbefore\r\n${PARTS}`,
  `multipart/mixed;boundary="a a"\n--a a\r\nContent-Type: multipart/related;boundary=b\r\n\r\n${PARTS}\r\n--a a--`,
];

export const VIA_SEEDS: readonly string[] = [
  "SIP/2.0/UDP 192.0.2.40:5060;branch=z9hG4bK74bf9;rport;received=192.0.2.1",
  "SIP / 2.0 / TLS [2001:db8::1] : 5061 ; branch = z9hG4bK1 ; ttl=16;maddr=239.0.0.1 , SIP/2.0/TCP h.example",
  'SIP/2.0/WS a_b.invalid;x="a, \\"b";keep,SIP/2.0/UDP b',
];

export const URI_SEEDS: readonly string[] = [
  "sip:alice:secret@atlanta.com:5060;transport=tcp;lr;maddr=[2001:db8::1]?subject=project%20x&priority=urgent",
  "sips:%61+1-212;ext=3@[2001:db8::192.0.2.1]:5061;user=phone;method=INVITE;ttl=1",
  "tel:+1-201-555-0123;ext=10;isub=14%2011;phone-context=example.com.;rn=+1",
  "tel:7042*#a;phone-context=+1-914",
  "urn:service:sos.animal-control",
];

/** Words of the protocol, and what breaks readers of it. */
export const DICTIONARY: readonly string[] = [
  ..."\0 \t\r\n:;,=\"\\<>()[]{}@?&%*+/|'~.-_09azAZ\x7f\xa0\xff".split(""),
  ..."\r\n|\r\n\r\n|\r\n |SIP/2.0|sip:|sips:|tel:|urn:service:|z9hG4bK|;tag=|;branch=|;rport|;received=|;lr|%00|%0d%0a|%41|%|%2".split(
    "|",
  ),
  ..."INVITE|ACK|BYE|REGISTER|CSeq: 1 INVITE|Content-Length: |l:|v:|f:|t:|i:|m:|Via: |From: |To: |Call-ID: |Contact: *".split(
    "|",
  ),
  ..."-1|0|1|63|64|65|255|256|65535|65536|2147483647|4294967296|99999999999|1e9|0x1|[::1]|[:::1.2.3.4]|fe80::1%eth0".split(
    "|",
  ),
  ...'--b|--b--|boundary=|boundary="b"|multipart/mixed|application/sdp|Content-Type: |Digest |MD5|SHA-512-256|qop=|nc=|\\"'.split(
    "|",
  ),
  ..."m=audio |a=rtpmap:|c=IN IP4 |c=IN IP6 |o=- |t=0 0|IN|RTP/AVP|a=sendonly|b=AS:".split("|"),
];

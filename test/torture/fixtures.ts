// Messages of our own with the difficulties that RFC 4475 and RFC 5118 describe, one for each section, by the RFC's name for it.
import { sampleRequest, sampleResponse } from "../../src/protocol/sip/sample-messages.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
const SDP6 = SDP.replaceAll("IP4 192.0.2.9", "IP6 2001:db8::9");
const REGISTER = (contact: string): string =>
  sampleRequest("REGISTER", { uri: "sip:example.net", change: { Contact: contact } });

const FOLDED = [
  "INVITE sip:+13035550142@sbc.example;odd-param SIP/2.0",
  "tO\t:",
  "  sip:+13035550142@sbc.example ;  tag",
  " = 77",
  'f :"Front \\\\ \\"Desk\\""  <sip:desk@pbx.example>',
  "\t;",
  " tag\t= 78",
  "MAX-forwards:  0070",
  "i: folded.1@192.0.2.9",
  "cSeQ: 0012",
  "   INVITE",
  "VIA : SIP /  2.0",
  "  / UDP",
  "  192.0.2.9 ; branch = no-cookie",
  "s :",
  "X-Unheard-Of: ,,;;,",
  "v:SIP/ 2.0 /TLS   b.example ;",
  "  branch = z9hG4bKb , SIP /2.0/ UDP 192.0.2.8;branch=",
  " z9hG4bKc",
  'm: "in ""quotes" <sip:desk@192.0.2.9> ; a ='.replace('""', '\\"'),
  "   b ; q=0.5",
  "l:0",
  "",
  "",
].join("\r\n");

export const FIXTURES: Readonly<Record<string, string>> = {
  wsinv: FOLDED,
  intmeth: sampleRequest("!odd-M3th0d.of*_+`'~%40", {
    uri: "sip:1_%20;(&$)=.,/?*'x@example.net",
    change: {
      To: '"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:1_%20;(&$)@example.net>',
      From: "\xd0\xb9\xd1\x86 <sip:x@example.net>;tag=_'~*",
    },
  }),
  esc01: sampleRequest("INVITE", {
    uri: "sip:sips%3Adesk%40pbx.example@sbc.example",
    change: { From: "<sip:I%20am%20here@a.example>;tag=1" },
  }),
  escnull: REGISTER("<sip:nul%00one@192.0.2.9>, <sip:nul%00two@192.0.2.9>"),
  esc02: sampleRequest("OPT%49ONS", { add: ["C%6fntact: <sip:elsewhere@192.0.2.9>"] }),
  lwsdisp: sampleRequest("OPTIONS", { change: { From: "desk<sip:desk@pbx.example>;tag=1" } }),
  longreq: sampleRequest("INVITE", {
    change: { To: `"${"long ".repeat(40)}" <sip:b@c.example;${"p".repeat(200)}=${"v".repeat(200)}>` },
    add: [
      ...Array.from({ length: 60 }, (_each, hop) => `vIa: SIP/2.0/TCP hop${hop}.example`),
      `${"X-Long-".repeat(30)}Name: ${"y".repeat(1000)}`,
    ],
  }),
  dblreq: `${sampleRequest("REGISTER")}${sampleRequest("INVITE")}`,
  semiuri: sampleRequest("OPTIONS", { uri: "sip:desk;par=x%40y@pbx.example" }),
  transports: sampleRequest("OPTIONS", {
    add: ["UDP", "SCTP", "TLS", "SOMETHING", "TCP"].map((name) => `Via: SIP/2.0/${name} h.example`),
  }),
  mpart01: sampleRequest("MESSAGE", {
    add: ["Content-Type: multipart/mixed;boundary=cut"],
    body: "--cut\r\n\r\n\0\r\n\r \n\xff\x80\r\n--cut--",
  }),
  unreason: sampleResponse().replace("Whatever", "= 2**3 * \xd0\xbd\xd0\xb0 9"),
  noreason: sampleResponse(100).replace("Whatever", ""),
  badinv01: sampleRequest("INVITE", { change: { Via: "SIP/2.0/UDP 192.0.2.9;;,;,,", Contact: '"x" <sip:a@b>;;,,;;' } }),
  clerr: sampleRequest("INVITE", { change: { "Content-Length": "9999" }, body: SDP }),
  ncl: sampleRequest("INVITE", { change: { "Content-Length": "-999" }, body: SDP }),
  scalar02: sampleRequest("REGISTER", {
    change: { CSeq: "36893488147419103232 REGISTER", "Max-Forwards": "300" },
    add: ["Expires: 10000000000000000000"],
  }),
  scalarlg: sampleResponse(503, {
    change: { CSeq: "9292394834772304023312 OPTIONS" },
    add: ["Retry-After: 949302838503028349304023988"],
  }),
  quotbal: sampleRequest("INVITE", { change: { To: '"Mr. Unclosed <sip:b@c.example>' } }),
  ltgtruri: sampleRequest("INVITE", { uri: "<sip:b@c.example>" }),
  lwsruri: sampleRequest("INVITE", { uri: "sip:b@c.example; lr" }),
  lwsstart: sampleRequest("INVITE", { uri: " sip:b@c.example " }),
  trws: sampleRequest("OPTIONS", { uri: "tel:+13035550142" }).replace("SIP/2.0\r\n", "SIP/2.0 \r\n"),
  escruri: sampleRequest("INVITE", { uri: "sip:b@c.example?Route=%3Csip:other.example%3E" }),
  baddate: sampleRequest("INVITE", { add: ["Date: Fri, 01 Jan 2010 16:00:00 EST"] }),
  regbadct: REGISTER("sip:b@c.example?Route=%3Csip:other.example%3E"),
  badaspec: sampleRequest("OPTIONS", { change: { To: '"W, Sr." <   sip:b@c.example >' } }),
  baddn: sampleRequest("OPTIONS", { change: { From: "Bell, Alexander <sip:bell@a.example>;tag=43" } }).slice(0, -2),
  "baddn-terminated": sampleRequest("OPTIONS", { change: { From: "Bell, Alexander <sip:bell@a.example>;tag=43" } }),
  badvers: sampleRequest("OPTIONS", { change: { Via: "SIP/7.0/UDP 192.0.2.9;branch=z9hG4bKkdjuw" } }).replace(
    "SIP/2.0\r\n",
    "SIP/7.0\r\n",
  ),
  mismatch01: sampleRequest("OPTIONS", { change: { CSeq: "8 INVITE" } }),
  mismatch02: sampleRequest("NEWMETHOD", { change: { CSeq: "8 INVITE" } }),
  bigcode: sampleResponse().replace("200", "4294967496"),
  badbranch: sampleRequest("OPTIONS", { change: { Via: "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK" } }),
  insuf: sampleRequest("INVITE", { change: { From: null, To: null, "Call-ID": null } }),
  unkscm: sampleRequest("OPTIONS", { uri: "noSuchScheme:whatever-it-means" }),
  novelsc: sampleRequest("OPTIONS", { uri: "soap.beep://192.0.2.9:3002" }),
  unksm2: sampleRequest("REGISTER", {
    change: { To: "isbn:2983792873", From: "<http://www.a.example>;tag=3", Contact: "<name:somebody>" },
  }),
  bext01: sampleRequest("OPTIONS", { add: ["Require: unheard-of, unheard-of-2", "Proxy-Require: unheard-of"] }),
  invut: sampleRequest("INVITE", { add: ["Content-Type: application/unheard-of"], body: "<audio/>" }),
  regaut01: sampleRequest("REGISTER", { add: ["Authorization: UnheardOf opaque=here"] }),
  multi01: sampleRequest("INVITE", {
    add: [
      "CSeq: 59 INVITE",
      "Call-ID: other",
      "To: <sip:o@c.example>",
      "From: <sip:o@a.example>;tag=2",
      "Max-Forwards: 5",
    ],
  }),
  mcl01: sampleRequest("OPTIONS", { add: ["Content-Length: 5"], body: "12345678" }),
  bcast: sampleResponse(200, { add: ["Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKx"] }),
  zeromf: sampleRequest("OPTIONS", { change: { "Max-Forwards": "0" } }),
  cparam01: REGISTER("sip:+19725550122@gw.example;unknownparam"),
  cparam02: REGISTER("<sip:+19725550122@gw.example;unknownparam>"),
  regescrt: REGISTER("<sip:b@c.example?Route=%3Csip:other.example%3E>"),
  sdp01: sampleRequest("INVITE", { add: ["Accept: text/unheard-of", "Content-Type: application/sdp"], body: SDP }),
  inv2543: [
    "INVITE sip:+13035550142@sbc.example SIP/2.0",
    "Via: SIP/2.0/UDP old.example",
    "From: <sip:a@old.example>",
    "To: sip:+13035550142@sbc.example",
    "Call-ID: old-1@old.example",
    "CSeq: 1 INVITE",
    "Contact: <sip:a@old.example>",
    "Content-Type: application/sdp",
    "",
    SDP,
  ].join("\r\n"),
  "ipv6-good": sampleRequest("REGISTER", {
    uri: "sip:[2001:db8::10]",
    change: { Contact: '"Caller" <sip:a@[2001:db8::1]>', Via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKa" },
  }),
  "ipv6-bad": sampleRequest("REGISTER", { uri: "sip:2001:db8::10" }),
  "port-ambiguous": sampleRequest("REGISTER", { uri: "sip:[2001:db8::10:5070]" }),
  "port-unambiguous": sampleRequest("REGISTER", { uri: "sip:[2001:db8::10]:5070" }),
  "via-received-param-with-delim": sampleRequest("BYE", {
    change: { Via: "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKa" },
  }),
  "via-received-param-no-delim": sampleRequest("BYE", {
    change: { Via: "SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKa" },
  }),
  "ipv6-in-sdp": sampleRequest("INVITE", { add: ["Content-Type: application/sdp"], body: SDP6 }),
  "mult-ip-in-header": sampleRequest("BYE", {
    change: { Via: "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKa, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb" },
  }),
  "mult-ip-in-sdp": sampleRequest("INVITE", {
    add: ["Content-Type: application/sdp"],
    body: `${SDP}m=video 40002 RTP/AVP 31\r\nc=IN IP6 2001:db8::9\r\n`,
  }),
  "ipv4-mapped-ipv6": sampleRequest("INVITE", {
    change: {
      Contact: "<sip:a@[::ffff:192.0.2.10]:5060>",
      Via: "SIP/2.0/UDP [::ffff:192.0.2.10]:5060;branch=z9hG4bKa",
    },
  }),
  "ipv6-bug-abnf-3-colons": sampleRequest("OPTIONS", { uri: "sip:b@[2001:db8:::192.0.2.1]" }),
  "ipv6-correct-abnf-2-colons": sampleRequest("OPTIONS", { uri: "sip:b@[2001:db8::192.0.2.1]" }),
};

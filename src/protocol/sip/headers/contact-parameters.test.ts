// What RFC 5626, 5627 and 8599 add to Contact, its URI and Feature-Caps.
import { expect, test } from "vitest";
import { parseSipUri, type SipUri } from "../uri.ts";
import { featureCaps } from "./caller-preferences.ts";
import { isGruu, publicGruuOf, temporaryGruuOf } from "./gruu.ts";
import { contact, type NameAddress } from "./name-address.ts";
import { instanceOf, keepsFlow, registrationOf } from "./outbound.ts";
import { pushReferenceOf, pushSupportOf, pushTargetOf, refreshesItself } from "./push.ts";

const contactOf = (parameters: string): NameAddress =>
  contact.parse(`<sip:ann@192.0.2.1>${parameters}`)?.[0] as NameAddress;
const uriOf = (parameters: string): SipUri => parseSipUri(`sip:ann@192.0.2.1${parameters}`) as SipUri;

const URN = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";

test.each([
  [`;+sip.instance="<${URN}>"`, URN],
  [`;expires=60;+SIP.Instance="<${URN}>";q=0.5`, URN],
  [`;+sip.instance="${URN}"`, null],
  [';+sip.instance="<>"', null],
  [";+sip.instance", null],
  ["", null],
])("instance of %s", (parameters, expected) => expect(instanceOf(contactOf(parameters))).toBe(expected));

test.each([
  [";reg-id=1", 1],
  [";reg-id=2147483647", 2_147_483_647],
  [";reg-id=2147483648", null],
  [";reg-id=0", null],
  [";reg-id=-1", null],
  [";reg-id", null],
  ["", null],
])("registration of %s", (parameters, expected) => expect(registrationOf(contactOf(parameters))).toBe(expected));

test.each([
  [";transport=tcp;ob", true],
  [";OB=yes", true],
  [";obx", false],
])("a URI with %s keeps its flow: %s", (parameters, expected) => expect(keepsFlow(uriOf(parameters))).toBe(expected));

test("the two kinds of GRUU, and what is none", () => {
  // RFC 5627 section 8.1.
  const both = contactOf(
    `;pub-gruu="sip:callee@example.com;gr=${URN}";temp-gruu="sip:tgruu.7hs==jd7vnzga5w7fajsc7-ajd6fabz0f8g5@example.com;gr"`,
  );
  expect(publicGruuOf(both)).toBe(`sip:callee@example.com;gr=${URN}`);
  expect(temporaryGruuOf(both)).toBe("sip:tgruu.7hs==jd7vnzga5w7fajsc7-ajd6fabz0f8g5@example.com;gr");
  for (const text of [';pub-gruu="sip:callee@example.com"', ';pub-gruu="tel:1"', ";pub-gruu=x", ";pub-gruu", ""]) {
    expect(publicGruuOf(contactOf(text))).toBeNull();
    expect(temporaryGruuOf(contactOf(text))).toBeNull();
  }
  expect([isGruu(uriOf(";gr")), isGruu(uriOf(";GR=x")), isGruu(uriOf(";lr"))]).toEqual([true, true, false]);
});

test.each([
  [
    ";pn-provider=acme;pn-param=acme-param;pn-prid=ZTY4ZDJlMzODE1NmUgKi0K",
    { provider: "acme", id: "ZTY4ZDJlMzODE1NmUgKi0K", parameter: "acme-param" },
  ],
  [
    ";pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.example%2F1",
    { provider: "webpush", id: "https://push.example/1", parameter: null },
  ],
  [";pn-provider", { provider: null, id: null, parameter: null }],
  [";pn-prid=x", null],
  ["", null],
])("push by %s", (parameters, expected) => expect(pushTargetOf(uriOf(parameters))).toEqual(expected));

test("who refreshes itself, and what finds a binding again", () => {
  expect(refreshesItself(contactOf(";+sip.pnsreg"))).toBe(true);
  expect(refreshesItself(contactOf(";+sip.pns"))).toBe(false);
  expect(pushReferenceOf(uriOf(";pn-purr=abc"))).toBe("abc");
  expect(pushReferenceOf(uriOf(""))).toBeNull();
});

test.each([
  [
    '*;+sip.pns="acme";+sip.pnsreg="121";+sip.pnspurr="abc"',
    { provider: "acme", refreshSeconds: 121, reference: "abc" },
  ],
  ['*;+sip.pns="acme"', { provider: "acme", refreshSeconds: null, reference: null }],
  ['*;+sip.pns="acme";+sip.pnsreg="soon"', { provider: "acme", refreshSeconds: null, reference: null }],
  ["*;+sip.pns", null],
  ['*;+sip.pnsreg="121"', null],
])("push promised by %s", (text, expected) => {
  const [element] = featureCaps.parse(text) ?? [];
  expect(element === undefined ? null : pushSupportOf(element)).toEqual(expected);
});

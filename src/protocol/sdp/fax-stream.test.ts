// Which streams are fax, and what of them may be seen on the other side.
import { expect, it, test } from "vitest";
import { faxAttributes, hasFax } from "./fax-stream.ts";
import { parseDescription } from "./parse.ts";
import { shapeDescription } from "./shape-description.ts";

function read(...media: string[]) {
  const parsed = parseDescription(
    ["v=0", "o=- 1 1 IN IP4 10.0.0.20", "s=-", "c=IN IP4 10.0.0.20", "t=0 0", ...media, ""].join("\r\n"),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const FAX = [
  "m=image 4000 udptl t38",
  "a=T38FaxVersion:0",
  "a=t38maxbitrate:14400",
  "a=T38FaxFillBitRemoval",
  "a=T38FaxTranscodingMMR:0",
  "a=T38FaxRateManagement:transferredTCF",
  "a=T38FaxMaxBuffer: 262",
  "a=T38FaxUdpEC:t38UDPRedundancy",
  "a=T38FaxUdpECDepth:1 3",
  "a=T38VendorInfo:0 1 37",
  "a=T38FaxMaxDatagram:call ann@10.0.0.20",
  "a=candidate:1 1 UDP 1 10.0.0.20 4000 typ host",
  "a=sendrecv",
];

test("all that is fax may cross, and nothing that tells who sends it", () => {
  const names = faxAttributes(read(...FAX).media[0]!).map(({ name, value }) => `${name}=${value}`);
  expect(names).toEqual([
    "T38FaxVersion=0",
    "t38maxbitrate=14400",
    "T38FaxFillBitRemoval=null",
    "T38FaxTranscodingMMR=0",
    "T38FaxRateManagement=transferredTCF",
    "T38FaxMaxBuffer= 262",
    "T38FaxUdpEC=t38UDPRedundancy",
    "T38FaxUdpECDepth=1 3",
  ]);
});

it.each([
  ["m=image 4000 udptl t38", true],
  ["m=Image 4000 UDPTL T38", true],
  ["m=image 0 udptl t38", false],
  ["m=image 4000 udptl jpeg", false],
  ["m=image 4000 tcp t38", false],
  ["m=audio 4000 udptl t38", false],
  ["m=audio 4000 RTP/AVP 98", false],
])("%s is fax: %s", (line, fax) => {
  expect(hasFax(read(line))).toBe(fax);
});

test.each([true, false])("a fax crosses where it may (%s)", (fax) => {
  const origin = { username: "-", sessionId: "1", sessionVersion: "1", addressType: "IP4", address: "127.0.0.2" };
  const shape = { codecs: null, origin, keepAttributes: new Set(["sendrecv"]), fax };
  const [media] = shapeDescription(read(...FAX), shape).media;
  expect(media?.port).toBe(fax ? 4000 : 0);
  expect(JSON.stringify(media)).not.toMatch(/candidate|Vendor|ann@/);
});

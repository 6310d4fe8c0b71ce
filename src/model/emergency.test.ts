import { expect, test } from "vitest";
import { EMERGENCY_EVENTS } from "./emergency.ts";
import { emergencyTrunksOf } from "./emergency-trunks.ts";
import { accepted, configuration, refused } from "./sample-configuration.ts";

const notify = (...recipients: readonly object[]) => configuration({ emergency: { notify: recipients } });

test("who is told is told of everything, from everywhere, unless said otherwise", () => {
  expect(accepted(notify({ name: "desk", webhook: { url: "https://desk.example/a?b=c" } })).emergency.notify).toEqual([
    {
      name: "desk",
      webhook: { url: "https://desk.example/a?b=c", token: null, signingKey: null },
      mail: null,
      on: EMERGENCY_EVENTS,
      locations: null,
    },
  ]);
});

test("mail goes encrypted unless said otherwise", () => {
  const mail = { host: "smtp.example.com", from: "pbx@example.com" };
  expect(accepted(configuration({ mail })).mail).toEqual({
    ...mail,
    port: null,
    security: "starttls",
    credentials: null,
  });
});

test.each([
  [{ name: "desk" }, "emergency.notify[0]: who is told has either a webhook or mail"],
  [
    { name: "desk", webhook: { url: "https://a.example" }, mail: { to: ["a@b.example"] } },
    "emergency.notify[0]: who is told has either a webhook or mail",
  ],
  [
    { name: "desk", webhook: { url: "ftp://a.example" } },
    "emergency.notify[0].webhook.url: expected an https:// or http:// URL",
  ],
  [
    { name: "desk", webhook: { url: "file:///etc/passwd" } },
    "emergency.notify[0].webhook.url: expected an https:// or http:// URL",
  ],
  [
    { name: "desk", webhook: { url: "https://u:p@a.example" } },
    "webhook.url: expected an https:// or http:// URL without a user, a password",
  ],
  [{ name: "desk", webhook: { url: "https://a.example" }, on: ["begun"] }, "on[0]: expected some of began, answered"],
  [{ name: "desk", mail: { to: [] } }, "emergency.notify[0].mail.to: expected at least 1 entry"],
  [{ name: "desk", mail: { to: ["Ann <a@b.example>"] } }, "emergency.notify[0].mail.to[0]: expected a mail address"],
  [{ name: "desk", mail: { to: ["a@b.example\r\nBcc: c@d.example"] } }, "mail.to[0]: expected a mail address"],
])("%j is refused", (recipient, message) => {
  expect(refused(notify(recipient)).join("\n")).toContain(message);
});

test("places, names and the mail server must be there", () => {
  const unplaced = { name: "desk", webhook: { url: "https://desk.example" }, locations: ["hq"] };
  expect(refused(notify(unplaced, { name: "desk", mail: { to: ["desk@example.com"] } }))).toEqual([
    `emergency.notify[0].locations[0]: there is no location "hq"; none is configured`,
    "emergency.notify[1].name: emergency.notify[0] is called desk already",
    '!emergency.notify[1].mail: there is no server to send it; write one, such as mail: { host: smtp.example.com, from: "pbx@example.com" }',
  ]);
});

test.each([
  [{ country: "US" }, "933"],
  [{ country: "DE" }, null],
  [{}, null],
  [{ country: "US", emergency: { testNumber: "none" } }, null],
  [{ country: "DE", emergency: { testNumber: "1234" } }, "1234"],
  [{ country: "US", emergencyNumbers: ["911", "933", "112"] }, "933"],
])("%j has the test number %j", (settings, number) => {
  expect(accepted(configuration(settings)).emergency.testNumber).toBe(number);
});

test.each([
  ["911", {}, "911 calls for help: a test must never reach the emergency services"],
  ["112", {}, "112 calls for help: "],
  ["000", { country: "US" }, "000 calls for help in AU: "],
  ["110", { country: "US" }, "110 calls for help in "],
  ["777", { emergencyNumbers: ["777"] }, "777 stands in emergencyNumbers: a test must never reach"],
  ["+12025550100", {}, 'expected a number as it is dialled, in quotes, such as "933", or none'],
])("%s is no test number", (testNumber, settings, message) => {
  expect(refused(configuration({ ...settings, emergency: { testNumber } })).join()).toContain(message);
});

const TEST = { at: "03:30", from: "pbx", caller: "+12025550100" };
const SOS = { name: "sos", match: { emergency: true }, to: ["carrier"] };
const tested = (test: object, more: object = {}) =>
  configuration({ country: "US", routes: [SOS], emergency: { test: { ...TEST, ...test } }, ...more });

test("what is tried by itself is tried every day, over the trunks that emergency calls take", () => {
  const { emergency } = accepted(tested({ days: "mon-fri", timeZone: "America/New_York" }));
  expect(emergency.test).toEqual({
    at: 210,
    days: 0b0111110,
    timeZone: "America/New_York",
    from: "pbx",
    caller: "+12025550100",
    trunks: null,
    answerWithin: 30_000,
    talk: 5000,
  });
  expect(emergencyTrunksOf(accepted(tested({})))).toEqual(["carrier"]);
});

test.each([
  [{ at: "25:00" }, {}, "emergency.test.at: expected a time of day in quotes"],
  [{ timeZone: "Mars/Olympus" }, {}, 'there is no time zone "Mars/Olympus"'],
  [{ from: "pxb" }, {}, 'emergency.test.from: there is no trunk "pxb"; did you mean "pbx"?'],
  [{ trunks: ["carrier", "nobody"] }, {}, 'emergency.test.trunks[1]: there is no trunk "nobody"'],
  [{ caller: "ann" }, {}, "emergency.test.caller: expected a number in quotes"],
  [{}, { country: "DE" }, "!emergency.test: there is no number to call; write emergency.testNumber"],
  [{}, { routes: [] }, "!emergency.test: no route leads emergency calls to a trunk"],
  [{ talk: "10m" }, {}, "emergency.test.talk: "],
])("%j with %j is refused", (test, more, message) => {
  expect(refused(tested(test, more)).join("\n")).toContain(message);
});

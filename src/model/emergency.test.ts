import { expect, test } from "vitest";
import { EMERGENCY_EVENTS } from "./emergency.ts";
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
    "emergency.notify[0].webhook.url: expected the address of a web",
  ],
  [
    { name: "desk", webhook: { url: "file:///etc/passwd" } },
    "emergency.notify[0].webhook.url: expected the address of a web",
  ],
  [{ name: "desk", webhook: { url: "https://u:p@a.example" } }, "webhook.url: an address has no password in it"],
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

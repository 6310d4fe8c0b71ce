import { expect, test } from "vitest";
import { createMetrics, type MetricsSources } from "./metrics.ts";

let handled = 0;
const SOURCES: MetricsSources = {
  calls: () => ({ ringing: 0, answered: 3 }),
  loop: () => {
    handled += 10;
    return { handled, failed: 1, timers: 42, longestTurnMs: 1.5, longestWaitMs: 250 };
  },
  registrations: () => [
    { trunk: "a", registered: true },
    { trunk: "b", registered: false },
  ],
  targets: () => [{ trunk: "a", target: "sip:192.0.2.1", up: true }],
  relayUp: () => true,
  policy: () => ({ state: "down", restarts: 4, outcomes: { onCall: { decided: 9, late: 2 } } }),
  media: () =>
    Promise.resolve({
      instances: [
        { name: "10.0.0.6:2223", up: true, sessions: 3 },
        { name: "10.0.0.7:2223", up: false, sessions: 0 },
      ],
      relay: { streams: 5, wire: "io_uring", kernel: "on", kernelFlows: 7, frameFlows: 4 },
    }),
  transports: () => ({
    udp: { received: 7, sent: 8, failed: 1, ignored: 2, connections: 0 },
    tcp: { received: 1, sent: 2, failed: 0, ignored: 0, connections: 4 },
  }),
  hooks: () => [
    { hook: "crm", state: "failing", waiting: 2, outcomes: { answered: 7, failed: 1 }, answersTookMs: 1500 },
    { hook: "gone", state: "left-alone", waiting: 0, outcomes: { failed: 5 }, answersTookMs: 0 },
  ],
  numbers: () => ({ found: 3, none: 2, failed: 1 }),
  certificates: () => [{ certificate: "wan", validTo: 1_800_000_000_500 }],
  emergencyTests: () => [{ trunk: "a", at: "2026-01-01T00:00:00.500Z", ok: false }],
  recipients: () => [{ name: "desk", waiting: 2, told: 5, untold: 1, failures: 9 }],
};

test("each figure stands under its name, read once a scrape", async () => {
  const metrics = createMetrics(SOURCES);
  metrics.countCall("busy");
  metrics.countCall("busy");
  metrics.countCall("normal-clearing");
  const first = await metrics.render();
  expect(first.contentType).toContain("text/plain");
  expect(first.text.split("\n")).toEqual(
    expect.arrayContaining([
      'demarc_calls{state="ringing"} 0',
      'demarc_calls{state="answered"} 3',
      'demarc_calls_total{cause="busy"} 2',
      'demarc_calls_total{cause="normal-clearing"} 1',
      'demarc_trunk_registered{trunk="a"} 1',
      "demarc_policy_up 0",
      "demarc_policy_restarts_total 4",
      'demarc_policy_decisions_total{hook="onCall",outcome="decided"} 9',
      'demarc_policy_decisions_total{hook="onCall",outcome="late"} 2',
      'demarc_trunk_registered{trunk="b"} 0',
      'demarc_target_up{trunk="a",target="sip:192.0.2.1"} 1',
      "demarc_relay_up 1",
      'demarc_rtpengine_up{instance="10.0.0.6:2223"} 1',
      'demarc_rtpengine_up{instance="10.0.0.7:2223"} 0',
      'demarc_rtpengine_sessions{instance="10.0.0.6:2223"} 3',
      'demarc_relay_info{wire="io_uring",kernel="on"} 1',
      "demarc_relay_streams 5",
      'demarc_relay_flows{path="queue"} 3',
      'demarc_relay_flows{path="frames"} 4',
      'demarc_certificate_expiry_timestamp_seconds{certificate="wan"} 1800000000.5',
      'demarc_emergency_notices_waiting{recipient="desk"} 2',
      'demarc_emergency_notices_total{recipient="desk",outcome="told"} 5',
      'demarc_emergency_notices_total{recipient="desk",outcome="untold"} 1',
      'demarc_emergency_notice_failures_total{recipient="desk"} 9',
      'demarc_hook_up{hook="crm"} 1',
      'demarc_hook_up{hook="gone"} 0',
      'demarc_hook_waiting{hook="crm"} 2',
      'demarc_hook_questions_total{hook="crm",outcome="answered"} 7',
      'demarc_hook_answer_seconds_total{hook="crm"} 1.5',
      'demarc_enum_numbers_total{outcome="found"} 3',
      'demarc_emergency_test_ok{trunk="a"} 0',
      'demarc_emergency_test_timestamp_seconds{trunk="a"} 1767225600.5',
      "demarc_inputs_total 10",
      "demarc_input_failures_total 1",
      "demarc_timers 42",
      "demarc_handle_longest_seconds 0.0015",
      "demarc_loop_lag_seconds 0.25",
      'demarc_messages_received_total{transport="udp"} 7',
      'demarc_messages_sent_total{transport="tcp"} 2',
      'demarc_messages_failed_total{transport="udp"} 1',
      'demarc_messages_ignored_total{transport="udp"} 2',
      'demarc_connections{transport="tcp"} 4',
    ]),
  );
  expect(first.text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect((await metrics.render()).text).toContain("\ndemarc_inputs_total 20\n");
});

test("two sets of metrics do not get in each other's way", async () => {
  createMetrics(SOURCES).countCall("busy");
  expect((await createMetrics(SOURCES).render()).text).not.toContain('cause="busy"');
});

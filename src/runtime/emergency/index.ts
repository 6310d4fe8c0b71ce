export { createEmergencyDesk, type EmergencyDesk, type RecipientStatus } from "./emergency-desk.ts";
export { createTestRunner, type TestOutcome, type TestRunner } from "./test-runner.ts";

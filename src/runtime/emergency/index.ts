export { createEmergencyDesk, type EmergencyDesk, type RecipientStatus } from "./emergency-desk.ts";

export { grantOf, lacksRegistration, lineContact, lineOf } from "./registered-trunk.ts";
export { createRegistrations, ownRegistrationOf, type Registration, type Registrations } from "./registration.ts";
export {
  endRegistrations,
  isOfRegistration,
  keepRegistered,
  onRegistrarResolved,
  onRegistrationEvent,
  onRegistrationTimer,
} from "./registration-inputs.ts";
export { type RegistrationStatus, registrationStatus } from "./registration-status.ts";

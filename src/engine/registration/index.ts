export type { BoundContact, BoundContacts } from "./bound-contact.ts";
export { boundTargets } from "./bound-targets.ts";
export { grantOf, lacksRegistration, lineContact, lineOf } from "./registered-trunk.ts";
export {
  acceptedRegistrationOf,
  contactTimers,
  isOfContacts,
  keepContacts,
  onContactFlowLost,
  onContactsTimer,
  onRegister,
} from "./registrar.ts";
export { createRegistrations, ownRegistrationOf, type Registration, type Registrations } from "./registration.ts";
export {
  endRegistrations,
  isOfRegistration,
  keepRegistered,
  onRegisteredFlowLost,
  onRegistrarResolved,
  onRegistrationEvent,
  onRegistrationTimer,
} from "./registration-inputs.ts";
export {
  type ContactStatus,
  contactStatus,
  type RegistrationStatus,
  registrationStatus,
} from "./registration-status.ts";

export { applyProfiles } from "./apply-profiles.ts";
export type { Profile, ProfileSetting, ProfileValue } from "./profile.ts";
export { PROFILES } from "./profiles.ts";

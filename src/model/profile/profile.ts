// A profile: what a kind of peer wants, as settings that a trunk has under its own, each with the reason.

export type ProfileValue = string | number | boolean | null | readonly (string | number)[];

export interface ProfileSetting {
  /** Of a trunk: `identity.callerHeader`. */
  readonly path: string;
  /** As the file would say it. */
  readonly value: ProfileValue;
  /** What the peer does or wants that calls for it, in one sentence. */
  readonly why: string;
}

export interface Profile {
  readonly name: string;
  /** Which peers it is for. */
  readonly peer: string;
  readonly settings: readonly ProfileSetting[];
}

/** A row of a table of profiles. */
export function setting(path: string, value: ProfileValue, why: string): ProfileSetting {
  return { path, value, why };
}

// This Demarc itself: what it is called and where it keeps what it writes.

import type { z } from "zod";
import { durationSchema } from "./duration.ts";
import { group } from "./group.ts";
import { policySettingsSchema } from "./policy-settings.ts";
import { rtpengineListSchema } from "./rtpengine.ts";
import { nameSchema, pathSchema } from "./text.ts";

export const nodeSchema = group({
  /** Shown in logs and records. Default `demarc`: one machine needs no name to start. */
  name: nameSchema.default("demarc"),
  /** Where the store lies. Relative to the working directory: it belongs to the run, not to the file. Default `./data`. */
  dataDir: pathSchema.default("./data"),
  /**
   * How long the media relay carries calls on when this process has died and none has come in its place, and how long calls that the next one does
   * not know are carried on. Default 1m.
   */
  mediaGrace: durationSchema("1s", "1h").default(60_000),
  /** Who carries media: these instances of rtpengine, by weight. Default none: the embedded relay does. */
  rtpengine: rtpengineListSchema.default([]),
  /** The TypeScript that decides about calls where rules end: its file, or `{ file, deadline, onFailure }`. Default null: none. */
  policy: policySettingsSchema.nullable().default(null),
});

export type NodeSettings = z.output<typeof nodeSchema>;

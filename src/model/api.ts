// The REST API's own settings.

import type { z } from "zod";
import { group } from "./group.ts";
import { listenEndpointSchema } from "./socket-address.ts";

export const apiSchema = group({
  /** Default `127.0.0.1:8080`: whoever can reach the API can hang up calls, so it is this machine unless said otherwise. */
  listen: listenEndpointSchema.prefault("127.0.0.1:8080"),
});

export type ApiSettings = z.output<typeof apiSchema>;

// The media plane keeps silent, at the first time, the second, …: over every ladder.
import { failEachTime } from "./nth-failure.contract.ts";

failEachTime("media-silent", "media");

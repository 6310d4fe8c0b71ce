// The media plane fails, at the first time, the second, …: over every ladder.
import { failEachTime } from "./nth-failure.contract.ts";

failEachTime("media-fails", "media");

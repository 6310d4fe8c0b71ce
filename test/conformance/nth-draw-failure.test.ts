// A fault of our own, at the first time, the second, …: over every ladder.
import { failEachTime } from "./nth-failure.contract.ts";

failEachTime("draw-throws", "draw");

// A message cannot be sent, at the first time, the second, …: over every ladder.
import { failEachTime } from "./nth-failure.contract.ts";

failEachTime("send-fails", "send");

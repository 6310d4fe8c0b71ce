// Ends the process of a policy when the Demarc that started it is gone, whatever the policy does then: who loops hears of nothing.

import { workerData } from "node:worker_threads";

const LOOK_EVERY_MS = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, LOOK_EVERY_MS);

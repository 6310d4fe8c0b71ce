// For sqlite-store.test.ts: a program that writes records and says of each that it is safe, until it is killed.

import { sampleRecord } from "../sample-record.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const store = await openSqliteStore({ file: process.argv[2] ?? "", onTrouble: () => {} });
for (let count = 0; ; count += 1) {
  const id = `call-${count}`;
  await store.writeRecord(sampleRecord({ id }));
  process.stdout.write(`${id}\n`);
}

// What the policy's host needs of a log: whoever brings a real one brings more.

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface PolicyLog {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

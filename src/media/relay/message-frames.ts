// JSON messages on a byte stream, each behind its length: four bytes, most significant first.

/** A session of 64 streams needs some 60 kB; what is far longer is no message of ours. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

const LENGTH_BYTES = 4;

export function frameMessage(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.write(text, LENGTH_BYTES);
  return frame;
}

/** Takes a stream apart again. */
export class MessageFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that `chunk` completes. Null when the stream is none of ours: too long a message, or no JSON. */
  push(chunk: Buffer): unknown[] | null {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: unknown[] = [];
    while (rest.length >= LENGTH_BYTES) {
      const bytes = rest.readUInt32BE(0);
      if (bytes > MAX_MESSAGE_BYTES) return null;
      if (rest.length < LENGTH_BYTES + bytes) break;
      const message = parseJson(rest.toString("utf8", LENGTH_BYTES, LENGTH_BYTES + bytes));
      if (message === undefined) return null;
      messages.push(message);
      rest = rest.subarray(LENGTH_BYTES + bytes);
    }
    this.#rest = rest;
    return messages;
  }
}

/** Undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

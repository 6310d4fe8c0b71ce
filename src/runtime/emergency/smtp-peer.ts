// For deliver.test.ts: a mail server (RFC 5321) as far as one mail needs it, with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954).

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface SmtpHabits {
  readonly startTls: Identity | null;
  /** Encrypted from the first byte. */
  readonly tls: Identity | null;
  /** Passwords by user; none are asked for where it is empty. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Addresses that it takes no mail for. */
  readonly refuse: readonly string[];
  /** Says nothing, not even its greeting. */
  readonly silent?: boolean;
}

interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly lines: readonly string[];
  readonly encrypted: boolean;
  readonly user: string | null;
}

export interface SmtpPeer {
  readonly server: Server;
  readonly mails: readonly TakenMail[];
}

/** One connection. */
class Conversation {
  readonly #habits: SmtpHabits;
  readonly #mails: TakenMail[];
  #socket: Socket;
  #encrypted: boolean;
  #text = "";
  #user: string | null = null;
  #from = "";
  #to: string[] = [];
  #lines: string[] | null = null;

  constructor(socket: Socket, habits: SmtpHabits, mails: TakenMail[]) {
    this.#habits = habits;
    this.#mails = mails;
    this.#socket = socket;
    this.#encrypted = socket instanceof TLSSocket;
    this.#listen(socket);
    if (habits.silent !== true) this.#say("220 peer");
  }

  #listen(socket: Socket): void {
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (piece) => {
      this.#text += piece;
      for (let end = this.#text.indexOf("\r\n"); end >= 0; end = this.#text.indexOf("\r\n")) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        this.#hear(line);
      }
    });
  }

  #say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  #hear(line: string): void {
    if (this.#lines !== null) this.#hearContent(line, this.#lines);
    else if (/^(EHLO|HELO) /.test(line)) this.#greet();
    else if (line === "STARTTLS") this.#encrypt();
    else if (line.startsWith("AUTH PLAIN ")) this.#authenticate(line.slice("AUTH PLAIN ".length));
    else if (line.startsWith("MAIL FROM:")) this.#begin(addressIn(line));
    else if (line.startsWith("RCPT TO:")) this.#addressTo(addressIn(line));
    else if (line === "DATA") this.#openContent();
    else this.#say(line === "QUIT" ? "221 bye" : "250 fine");
  }

  #greet(): void {
    const offers = [
      ...(this.#habits.startTls !== null && !this.#encrypted ? ["STARTTLS"] : []),
      ...(Object.keys(this.#habits.accounts).length > 0 ? ["AUTH PLAIN"] : []),
      "8BITMIME",
    ];
    for (const [place, offer] of offers.entries()) this.#say(`250${place === offers.length - 1 ? " " : "-"}${offer}`);
  }

  #encrypt(): void {
    const { startTls } = this.#habits;
    if (startTls === null) {
      this.#say("502 not here");
      return;
    }
    this.#say("220 go on");
    const plain = this.#socket;
    plain.removeAllListeners("data");
    this.#encrypted = true;
    this.#socket = new TLSSocket(plain, { isServer: true, cert: startTls.certificate, key: startTls.key });
    this.#listen(this.#socket);
  }

  #authenticate(encoded: string): void {
    const [, user = "", password] = Buffer.from(encoded, "base64").toString("utf8").split("\u0000");
    if (this.#habits.accounts[user] === password) {
      this.#user = user;
      this.#say("235 welcome");
    } else this.#say("535 wrong");
  }

  #begin(from: string): void {
    if (Object.keys(this.#habits.accounts).length > 0 && this.#user === null) {
      this.#say("530 who are you");
      return;
    }
    this.#from = from;
    this.#to = [];
    this.#say("250 fine");
  }

  #addressTo(address: string): void {
    if (this.#habits.refuse.includes(address)) {
      this.#say("550 nobody");
      return;
    }
    this.#to.push(address);
    this.#say("250 fine");
  }

  #openContent(): void {
    this.#lines = [];
    this.#say("354 go on");
  }

  #hearContent(line: string, lines: string[]): void {
    if (line !== ".") {
      lines.push(line.replace(/^\./, ""));
      return;
    }
    this.#mails.push({ from: this.#from, to: this.#to, lines, encrypted: this.#encrypted, user: this.#user });
    this.#lines = null;
    this.#say("250 taken");
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? "";
}

export async function startSmtpPeer(habits: SmtpHabits): Promise<SmtpPeer> {
  const mails: TakenMail[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    new Conversation(socket, habits, mails);
  };
  const { tls } = habits;
  const server = tls === null ? createServer(serve) : createTlsServer({ cert: tls.certificate, key: tls.key }, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = server.close.bind(server);
  server.close = (done) => {
    for (const socket of sockets) socket.destroy();
    return close(done);
  };
  return { server, mails };
}

/** A network between program and server: with latency, cut off, or silent from some point on. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Trouble {
  /** Number of the connection that has it, from 1 on. */
  connection: number;
  /** After so many bytes from the server. */
  afterBytes: number;
  /** With the first piece after these that holds this text. */
  text?: string;
  /** Counted from the end of the connection of this number. */
  since?: number;
  /** `reset`: both ends are told. `silence`: nothing comes through any more, and nobody is told. */
  how: 'reset' | 'silence';
  /** From then on nothing comes through the others either, nor through those that are made later: the server stands still. */
  all?: boolean;
}

export class Wire {
  /** Connections so far, with the bytes that came from the server in each. */
  bytes: number[] = [];
  /** What `bytes` was when each of them ended. */
  atEnd: (number[] | undefined)[] = [];
  /** What is done before a connection is passed on. */
  arriving: (connection: number) => Promise<void> = async () => undefined;
  trouble: Trouble | null = null;
  latencyMs = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isStill = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(port: number): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new Wire(server, (server.address() as { port: number }).port);
    server.on('connection', async (client) => {
      const number = wire.bytes.push(0);
      client.pause().on('error', () => undefined);
      await wire.arriving(number);
      wire.#pass(number, client, connect(port, '127.0.0.1'));
      client.resume();
    });
    return wire;
  }

  /** Its trouble begins with this piece. */
  #isTroubled(number: number, piece: Buffer): boolean {
    const { trouble } = this;
    if (trouble?.connection !== number) return false;
    const from = trouble.since === undefined ? 0 : this.atEnd[trouble.since - 1]?.[number - 1];
    if (from === undefined || this.bytes[number - 1]! - from <= trouble.afterBytes) return false;
    return trouble.text === undefined || piece.includes(trouble.text);
  }

  #pass(number: number, client: Socket, server: Socket): void {
    let silent = false;
    const isSilent = (): boolean => silent || this.#isStill;
    const end = (): void => {
      if (isSilent()) return;
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('end', () => {
      this.atEnd[number - 1] = [...this.bytes];
    });
    const forward = (to: Socket, piece: Buffer): void => {
      if (isSilent()) return;
      if (this.latencyMs === 0) to.write(piece);
      else setTimeout(() => to.writable && to.write(piece), this.latencyMs);
    };
    client.on('data', (piece) => forward(server, piece as Buffer));
    server.on('data', (piece) => {
      this.bytes[number - 1]! += piece.length;
      if (this.#isTroubled(number, piece as Buffer)) {
        if (this.trouble!.how === 'reset') return end();
        silent = true;
        this.#isStill ||= this.trouble!.all === true;
      }
      forward(client, piece as Buffer);
    });
  }

  /** From now on it counts from the first connection, and passes everything on. */
  mend(): void {
    this.trouble = null;
    this.#isStill = false;
    this.arriving = async () => undefined;
    [this.bytes, this.atEnd] = [[], []];
    for (const socket of this.#sockets) socket.destroy();
  }

  async end(): Promise<void> {
    this.mend();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

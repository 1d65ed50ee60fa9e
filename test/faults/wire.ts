/** A network between program and server: with latency, cut off, or silent from some point on. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Trouble {
  /** Number of the connection that has it, from 1 on. */
  connection: number;
  /** After so many bytes from the server. */
  afterBytes: number;
  /** `reset`: both ends are told. `silence`: nothing comes through any more, and nobody is told. */
  how: 'reset' | 'silence';
}

export class Wire {
  /** Connections so far, with the bytes that came from the server in each. */
  bytes: number[] = [];
  trouble: Trouble | null = null;
  latencyMs = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(port: number): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new Wire(server, (server.address() as { port: number }).port);
    server.on('connection', (client) => wire.#pass(client, connect(port, '127.0.0.1')));
    return wire;
  }

  #pass(client: Socket, server: Socket): void {
    const number = this.bytes.push(0);
    let silent = false;
    const end = (): void => {
      if (silent) return;
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end).on('close', end);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    const forward = (to: Socket, piece: Buffer): void => {
      if (silent) return;
      if (this.latencyMs === 0) to.write(piece);
      else setTimeout(() => to.writable && to.write(piece), this.latencyMs);
    };
    client.on('data', (piece) => forward(server, piece as Buffer));
    server.on('data', (piece) => {
      this.bytes[number - 1]! += piece.length;
      const { trouble } = this;
      if (trouble?.connection === number && this.bytes[number - 1]! > trouble.afterBytes) {
        if (trouble.how === 'reset') return end();
        silent = true;
      }
      forward(client, piece as Buffer);
    });
  }

  /** From now on it counts from the first connection, and passes everything on. */
  mend(): void {
    this.trouble = null;
    this.bytes = [];
    for (const socket of this.#sockets) socket.destroy();
  }

  async end(): Promise<void> {
    this.mend();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

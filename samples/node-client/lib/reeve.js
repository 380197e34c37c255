'use strict';
// The local reeve, on its Unix socket: docs/protocols/reeve.md.
const crypto = require('node:crypto');
const tls = require('node:tls');
const grpc = require('@grpc/grpc-js');
const { selfSigned, pinOf, pem } = require('./certificate');
const { load } = require('./protos');
const { encode, generationOf, problemOf } = require('./statement');

const HANDSHAKE_LIMIT_MS = 3000;
const ANSWER_LIMIT_MS = 5000;
const SHORTEST_PAUSE_MS = 200;

// A daemon that was restarted knows itself alone at first: for so long nobody leaves the flock on its word.
const HOLD_MS = 30_000;

class Reeve {
  /** @param name What this process is called in its identity, and in an operator's rules. */
  constructor(socket, name) {
    const { crux } = load('crux/v1/reeve.proto');
    Object.assign(this, { name, client: new crux.v1.Reeve(`unix:${socket}`, grpc.credentials.createInsecure()), members: new Set(), held: new Set(), generation: 0, listeners: [] });
    this.known = new Promise((resolve) => {
      this.stopNodes = this.keep(() => this.client.watchNodes({}), (reply, isNewReeve) => {
        this.takeNodes(reply, isNewReeve);
        resolve();
      });
    });
    this.stopKeys = this.keep(() => this.client.watchKeys({}), ({ generations }) => {
      const turn = generations.find((it) => it.service === name) ?? generations.find((it) => it.service === '');
      this.generation = turn?.generation ?? 0;
      this.tell();
    });
  }

  /** Has a function called whenever it may be that other keys are to be shown, or that other nodes count. */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /** Whether the statements of a node (its id, hexadecimal) count. */
  isMember(node) {
    return this.members.has(node) || this.held.has(node);
  }

  /** Calls back with the answer about an api, at once and after every change, until the returned function is called. Begins again where the reeve went away. */
  watch(api, changed, lost) {
    return this.keep(() => this.client.watch({ selector: { api } }), changed, lost);
  }

  /** A key for one instance, signed by the node for it: gRPC credentials that show it, and that accept that instance alone. */
  async credentialsFor(entry) {
    await this.known;
    const keys = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { statement, node } = await this.enroll({
      service: this.name,
      public_key: keys.publicKey.export({ type: 'spki', format: 'der' }),
      destination: entry.key_hash,
    });
    const own = {
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: selfSigned(keys, this.name, encode(statement)),
      minVersion: 'TLSv1.3',
    };
    const ca = await this.certificateOf(entry, own);
    const credentials = grpc.credentials.createFromSecureContext(tls.createSecureContext({ ...own, ca }), {
      // There is no name to check, since there is no CA that vouches for one: the key and what its node signed are the identity.
      checkServerIdentity: (_, shown) => this.verify(entry, shown.raw),
    });
    return { credentials, node, generation: generationOf(statement) };
  }

  close() {
    this.stopNodes();
    this.stopKeys();
    this.client.close();
  }

  enroll(request) {
    return new Promise((resolve, reject) => {
      this.client.enroll(request, { deadline: Date.now() + ANSWER_LIMIT_MS }, (problem, reply) => (problem ? reject(problem) : resolve(reply)));
    });
  }

  /**
   * The certificate that an instance shows, once it is verified. Node.js asks checkServerIdentity only about certificates that it has found
   * to be issued by somebody it trusts, and lets all others pass unasked where it is told not to reject them: so the one right certificate
   * must be what it trusts, and this finds it. Nothing is sent here.
   */
  certificateOf(entry, own) {
    const { host, port } = addressOf(entry);
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, ...own, ALPNProtocols: ['h2'], rejectUnauthorized: false, timeout: HANDSHAKE_LIMIT_MS }, () => {
        const shown = socket.getPeerX509Certificate().raw;
        socket.destroy();
        const problem = this.verify(entry, shown);
        if (problem) reject(problem);
        else resolve(pem(shown));
      });
      socket.on('timeout', () => socket.destroy(new Error(`${entry.net_id} did not answer within ${HANDSHAKE_LIMIT_MS / 1000} s`)));
      socket.on('error', reject);
    });
  }

  /** An error where a certificate is not the instance's: the registry names its key, and a node of the flock signed it for that instance. */
  verify(entry, shown) {
    if (![entry.key_hash, entry.next_key_hash].some((pin) => pin.equals(pinOf(shown)))) return new Error(`${entry.net_id} showed another key than the registry says`);
    const problem = problemOf(shown, entry.instance, (node) => this.isMember(node));
    return problem && new Error(`${entry.net_id} is not ${entry.instance}: ${problem}`);
  }

  takeNodes({ node_ids: ids }, isNewReeve) {
    if (isNewReeve && this.members.size > 0) {
      this.held = this.members;
      clearTimeout(this.hold);
      this.hold = setTimeout(() => {
        this.held = new Set();
        this.tell();
      }, HOLD_MS).unref();
    }
    this.members = new Set(ids.map((id) => id.toString('hex')));
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  /** Follows a stream of the reeve's, and begins it again after a pause where it ends. */
  keep(begin, took, lost = () => {}) {
    let call;
    let stopped = false;
    const start = () => {
      if (stopped) return;
      let isNewReeve = true;
      let isOver = false;
      // A call that fails also ends: one of the two counts.
      const again = (problem) => {
        if (isOver || stopped) return;
        isOver = true;
        lost(problem);
        setTimeout(start, SHORTEST_PAUSE_MS * (1 + Math.random()));
      };
      call = begin();
      call.on('data', (reply) => {
        took(reply, isNewReeve);
        isNewReeve = false;
      });
      call.on('error', again);
      call.on('end', () => again(new Error('it ended its answer')));
    };
    start();
    return () => {
      stopped = true;
      call.cancel();
    };
  }
}

/** Host and port of an entry's address: 10.0.0.7:41234 or [fd00::7]:41234. */
function addressOf(entry) {
  const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(entry.address);
  return { host, port: Number(port) };
}

module.exports = { Reeve, addressOf };

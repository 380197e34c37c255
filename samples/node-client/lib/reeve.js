'use strict';
// The local reeve, on its Unix socket: docs/protocols/reeve.md.
const crypto = require('node:crypto');
const path = require('node:path');
const tls = require('node:tls');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { selfSigned, pinOf, pem } = require('./certificate');

// Crux's protos, and those of the sample's service. Copy them beside your own program.
const PROTOS = path.join(__dirname, '..', '..', '..', 'src', 'Crux.Protos');
const HANDSHAKE_LIMIT_MS = 3000;
const ANSWER_LIMIT_MS = 5000;
const SHORTEST_PAUSE_MS = 200;

function load(file) {
  return grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: [PROTOS], keepCase: true, longs: Number, enums: String, defaults: true }));
}

class Reeve {
  /** @param name What this process is called in its identity, and in an operator's rules. */
  constructor(socket, name) {
    this.name = name;
    const { crux } = load('crux/v1/reeve.proto');
    this.client = new crux.v1.Reeve(`unix:${socket}`, grpc.credentials.createInsecure());
  }

  /** Calls back with the answer about an api, at once and after every change, until the returned function is called. Begins again where the reeve went away. */
  watch(api, changed, lost) {
    let call;
    let stopped = false;
    const begin = () => {
      if (stopped) return;
      call = this.client.watch({ selector: { api } });
      let isOver = false;
      // A call that fails also ends: one of the two counts.
      const again = (problem) => {
        if (isOver || stopped) return;
        isOver = true;
        lost(problem);
        setTimeout(begin, SHORTEST_PAUSE_MS * (1 + Math.random()));
      };
      call.on('data', changed);
      call.on('error', again);
      call.on('end', () => again(new Error('it ended its answer')));
    };
    begin();
    return () => {
      stopped = true;
      call?.cancel();
    };
  }

  /** A key for one instance, signed by the node for it: gRPC credentials that show it, and that accept that instance alone. */
  async credentialsFor(entry) {
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
    const pins = [entry.key_hash, entry.next_key_hash].filter((pin) => pin.length > 0);
    const ca = await this.certificateOf(entry, own, pins);
    const credentials = grpc.credentials.createFromSecureContext(tls.createSecureContext({ ...own, ca }), {
      // There is no name to check, since there is no CA that vouches for one: the pin is the identity.
      checkServerIdentity: (_, shown) => (isPinned(shown.raw, pins) ? undefined : new Error(`${entry.net_id} showed another key than the registry says`)),
    });
    return { credentials, node };
  }

  enroll(request) {
    return new Promise((resolve, reject) => {
      this.client.enroll(request, { deadline: Date.now() + ANSWER_LIMIT_MS }, (problem, reply) => (problem ? reject(problem) : resolve(reply)));
    });
  }

  /**
   * The certificate that an instance shows, once its pin is verified. Node.js asks checkServerIdentity only about certificates that it has found
   * to be issued by somebody it trusts, and lets all others pass unasked where it is told not to reject them: so the one right certificate
   * must be what it trusts, and this finds it. Nothing is sent here.
   */
  certificateOf(entry, own, pins) {
    const { host, port } = addressOf(entry);
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, ...own, ALPNProtocols: ['h2'], rejectUnauthorized: false, timeout: HANDSHAKE_LIMIT_MS }, () => {
        const shown = socket.getPeerX509Certificate();
        socket.destroy();
        if (isPinned(shown.raw, pins)) resolve(pem(shown.raw));
        else reject(new Error(`${entry.net_id} showed another key than the registry says`));
      });
      socket.on('timeout', () => socket.destroy(new Error(`${entry.net_id} did not answer within ${HANDSHAKE_LIMIT_MS / 1000} s`)));
      socket.on('error', reject);
    });
  }

  close() {
    this.client.close();
  }
}

function isPinned(der, pins) {
  const pin = pinOf(der);
  return pins.some((known) => known.length === pin.length && crypto.timingSafeEqual(known, pin));
}

/** Host and port of an entry's address: 10.0.0.7:41234 or [fd00::7]:41234. */
function addressOf(entry) {
  const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(entry.address);
  return { host, port: Number(port) };
}

/** A crux.v1.SignedStatement as it stands in a certificate: two fields of bytes. */
function encode({ statement, signature }) {
  return Buffer.concat([field(1, statement), field(2, signature)]);
}

function field(number, bytes) {
  const length = [];
  for (let left = bytes.length; ; left >>= 7) {
    if (left < 0x80) {
      length.push(left);
      break;
    }
    length.push((left & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

module.exports = { Reeve, load, addressOf };

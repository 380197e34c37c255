'use strict';
// From an api to the best instance of it, and on to a better one when there is one, or to newer keys: the new connection is made before the
// old one is let go.
const grpc = require('@grpc/grpc-js');
const { addressOf } = require('./reeve');

const KEEP_ALIVE = { 'grpc.keepalive_time_ms': 2000, 'grpc.keepalive_timeout_ms': 3000, 'grpc.keepalive_permit_without_calls': 1 };
const PAUSE_MS = 250;

class Route {
  /** @param told Called with what happens, in words. */
  constructor(reeve, api, Client, told) {
    Object.assign(this, { reeve, Client, told, offers: [], waiting: [], turning: false });
    this.stop = reeve.watch(api, (reply) => this.take(reply), (problem) => this.lost(problem));
    reeve.onChange(() => this.turn());
  }

  /** A client of the best instance that could be connected to; waits for one. */
  client() {
    return this.current ? Promise.resolve(this.current.client) : new Promise((resolve) => this.waiting.push(resolve));
  }

  close() {
    this.stop();
    clearTimeout(this.retry);
    this.current?.client.close();
  }

  lost(problem) {
    const news = `the reeve is away: ${problem.details || problem.message}`;
    if (news !== this.lostBefore) this.told(news);
    this.lostBefore = news;
  }

  // What is on offer now, best first. A tier below zero was left out by the reeve.
  take(reply) {
    this.offers = reply.offers.filter((offer) => offer.tier >= 0).sort((one, other) => one.tier - other.tier);
    this.turn();
  }

  async turn() {
    this.isStale = this.turning;
    if (this.turning) return;
    this.turning = true;
    clearTimeout(this.retry);
    this.leaveStranger();
    for (const { entry } of this.offers) {
      if (this.current?.key === keyOf(entry) && this.current.generation >= this.reeve.generation) break;
      try {
        await this.move(entry);
        break;
      } catch (problem) {
        this.told(`${entry.instance} on ${entry.net_id} can't be called: ${problem.details ?? problem.message}`);
        this.retry = setTimeout(() => this.turn(), PAUSE_MS);
      }
    }
    this.turning = false;
    if (this.isStale) this.turn();
  }

  // A node that has left the flock, or was revoked, vouches for nobody: its instance is not talked to while another one is looked for.
  leaveStranger() {
    if (!this.current || this.reeve.isMember(this.current.node)) return;
    this.current.client.close();
    this.current = undefined;
  }

  async move(entry) {
    const { credentials, node, generation } = await this.reeve.credentialsFor(entry);
    const { host, port } = addressOf(entry);
    const client = new this.Client(`${host.includes(':') ? `[${host}]` : host}:${port}`, credentials, { 'grpc.ssl_target_name_override': 'crux', ...KEEP_ALIVE });
    await new Promise((resolve, reject) => client.waitForReady(Date.now() + 3000, (problem) => (problem ? reject(problem) : resolve())));
    const before = this.current;
    this.current = { key: keyOf(entry), node: entry.node_id.toString('hex'), generation, client };
    this.told(`${this.reeve.name} on ${node.name} calls ${entry.instance} on ${entry.net_id}, with keys of generation ${generation}`);
    for (const resolve of this.waiting.splice(0)) resolve(client);
    // Calls that it has are answered first.
    before?.client.close();
  }
}

function keyOf(entry) {
  return `${entry.node_id.toString('hex')} ${entry.instance_id} ${entry.address} ${entry.key_hash.toString('hex')}`;
}

module.exports = { Route };

#!/usr/bin/env node
'use strict';
const { parseArgs } = require('node:util');
const { load } = require('./lib/protos');
const { Reeve } = require('./lib/reeve');
const { Route } = require('./lib/route');

const USAGE = `Usage: node client.js [--socket PATH] [--calls N] [--pause MS]

Calls galumph2, wherever in the flock the best instance of it runs, and moves when a better one appears.

--socket PATH   the local reeve; default CRUX__SOCKET, else /run/crux/reeve.sock
--calls N       how many; default: until Ctrl-C
--pause MS      between two calls; default 1000`;

const CALL_LIMIT_MS = 5000;

async function main() {
  const { values } = parseArgs({ options: { socket: { type: 'string' }, calls: { type: 'string' }, pause: { type: 'string', default: '1000' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(USAGE);
  for (const name of ['calls', 'pause']) {
    if (values[name] !== undefined && !/^\d+$/.test(values[name])) throw new Error(`--${name} takes a number, not '${values[name]}'`);
  }
  const reeve = new Reeve(values.socket ?? process.env.CRUX__SOCKET ?? '/run/crux/reeve.sock', 'node-client');
  const { galumph } = load('galumph/v2/galumph.proto');
  const route = new Route(reeve, 'galumph2', galumph.v2.Galumph, (news) => console.log(news));
  let failed = 0;
  const calls = values.calls === undefined ? Infinity : Number(values.calls);
  for (let i = 1; i <= calls; i++) {
    try {
      const client = await route.client();
      const reply = await new Promise((resolve, reject) => {
        client.register({ name: `bandersnatch ${i}` }, { deadline: Date.now() + CALL_LIMIT_MS }, (problem, answer) => (problem ? reject(problem) : resolve(answer)));
      });
      console.log(`${i}: ${reply.count} registered, says ${reply.served_by}`);
    } catch (problem) {
      failed++;
      console.error(`${i}: ${problem.details ?? problem.message}`);
    }
    if (i < calls) await new Promise((resolve) => setTimeout(resolve, Number(values.pause)));
  }
  route.close();
  reeve.close();
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((problem) => {
  console.error(`${problem.message}\n\n${USAGE}`);
  process.exitCode = 2;
});

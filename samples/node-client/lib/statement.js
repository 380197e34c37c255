'use strict';
// What a node vouches for, as it stands in a certificate: docs/protocols/reeve.md, "The certificate".
const crypto = require('node:crypto');
const path = require('node:path');
const protobuf = require('protobufjs');
const { PROTOS } = require('./protos');
const { statementOf, keyOf } = require('./certificate');

const { SignedStatement, IdentityStatement } = protobuf.loadSync(path.join(PROTOS, 'crux', 'v1', 'identity.proto')).lookup('crux.v1');
const CONTEXT = Buffer.from('crux identity v1\0');
const SIGNATURE_BYTES = 64;
const NODE_ID_BYTES = 16;

/** What goes into this process's own certificate, from the reeve's answer. */
function encode({ statement, signature }) {
  return Buffer.from(SignedStatement.encode({ statement, signature }).finish());
}

/** Which generation of keys a statement in the reeve's answer is about. */
function generationOf({ statement }) {
  return Number(IdentityStatement.decode(statement).generation);
}

/**
 * Why a certificate is not that of the instance that was meant; undefined where it is. A pin alone believes whatever the registry says; this
 * does not: a node of the flock has signed this very key for this very instance.
 * @param isMember Whether a node id (hexadecimal) is one of the flock's.
 */
function problemOf(certificate, instance, isMember) {
  try {
    const signed = SignedStatement.decode(statementOf(certificate));
    const said = IdentityStatement.decode(signed.statement);
    const node = crypto.createHash('sha256').update(said.nodeKey).digest().subarray(0, NODE_ID_BYTES).toString('hex');
    if (!keyOf(certificate).equals(said.publicKey)) return 'its statement is about another key';
    if (said.destination.length > 0 || (said.service !== instance && !said.also.includes(instance))) return `its node has not signed its key for ${instance}`;
    if (!isMember(node)) return `node ${node.slice(0, 8)}, which vouches for it, is not in the flock`;
    if (!isSigned(signed, said.nodeKey)) return `the signature of node ${node.slice(0, 8)} does not verify`;
    return undefined;
  } catch {
    return 'its certificate carries no statement that can be read';
  }
}

function isSigned({ statement, signature }, nodeKey) {
  const key = crypto.createPublicKey({ key: Buffer.from(nodeKey), format: 'der', type: 'spki' });
  return signature.length === SIGNATURE_BYTES && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
    && crypto.verify('sha256', Buffer.concat([CONTEXT, statement]), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

module.exports = { encode, generationOf, problemOf };

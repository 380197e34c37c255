'use strict';
// A certificate as Crux uses it: a self-signed shell around a P-256 key, with what the node vouches for in an extension. Node.js can read
// certificates and not make them, hence the few lines of DER (ITU-T X.690) here.
const crypto = require('node:crypto');

const STATEMENT_OID = '2.25.132694714219158371902714690513257410931';

/** Makes a certificate (PEM) around a key pair. The dates say nothing: a pin has none. */
function selfSigned({ publicKey, privateKey }, commonName, statement) {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))));
  const serial = crypto.randomBytes(16);
  serial[0] = (serial[0] & 0x7f) | 0x40;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(tagged(0x17, Buffer.from('000101000000Z')), tagged(0x18, Buffer.from('99991231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(sequence(oid(STATEMENT_OID), tagged(0x04, statement)))));
  const signature = crypto.sign('sha256', body, privateKey);
  return pem(sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

/** The key of a certificate (DER), as a SubjectPublicKeyInfo. */
function keyOf(der) {
  return new crypto.X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
}

/** The pin of a certificate: SHA-256 over its SubjectPublicKeyInfo. */
function pinOf(der) {
  return crypto.createHash('sha256').update(keyOf(der)).digest();
}

/** The bytes of the statement in a certificate (DER); throws where there is none. Node.js shows no extensions, hence the walk through the fields. */
function statementOf(der) {
  const [body] = fieldsOf(fieldsOf(der)[0].content);
  const extensions = fieldsOf(body.content).find((field) => field.tag === 0xa3);
  const wanted = oid(STATEMENT_OID);
  for (const { content } of fieldsOf(fieldsOf(extensions.content)[0].content)) {
    const fields = fieldsOf(content);
    if (tagged(fields[0].tag, fields[0].content).equals(wanted)) return fields.at(-1).content;
  }
  throw new Error('it carries no statement');
}

function fieldsOf(bytes) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at];
    const sizeBytes = bytes[at + 1] < 0x80 ? 0 : bytes[at + 1] & 0x7f;
    const length = sizeBytes === 0 ? bytes[at + 1] : bytes.readUIntBE(at + 2, sizeBytes);
    const start = at + 2 + sizeBytes;
    if (start + length > bytes.length) throw new Error('a field is longer than what it stands in');
    fields.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return fields;
}

function pem(der) {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag, ...parts) {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(content.length < 0x100 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

function sequence(...parts) {
  return tagged(0x30, ...parts);
}

function integer(bytes) {
  return tagged(0x02, bytes);
}

function oid(text) {
  const [first, second, ...rest] = text.split('.').map(BigInt);
  const bytes = [first * 40n + second, ...rest].flatMap((number) => {
    const digits = [Number(number & 0x7fn)];
    for (let left = number >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 0x7fn) | 0x80);
    return digits;
  });
  return tagged(0x06, Buffer.from(bytes));
}

module.exports = { selfSigned, keyOf, pinOf, statementOf, pem };

'use strict';
// Crux's protos, and those of the sample's service. Copy them beside your own program, and say here where they are.
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const PROTOS = path.join(__dirname, '..', '..', '..', 'src', 'Crux.Protos');

/** The services of a proto file, as grpc-js calls them. */
function load(file) {
  return grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: [PROTOS], keepCase: true, longs: Number, enums: String, defaults: true }));
}

module.exports = { PROTOS, load };

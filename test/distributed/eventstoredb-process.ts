import { EventStoreDbDouble } from '../eventstoredb/eventstoredb.double.js';

/** The double of EventStoreDB as a process, to be killed: `eventstoredb-process.js DIRECTORY PORT`. */
const [directory = '', port = '0'] = process.argv.slice(2);
const double = await EventStoreDbDouble.start({ directory, port: Number(port) });
process.stdout.write(`${JSON.stringify({ msg: 'EventStoreDB is ready', port: double.port })}\n`);

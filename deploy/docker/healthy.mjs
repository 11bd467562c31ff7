// Exits 0 where the app of this container answers that it is `live` or `ready`, whichever is asked for; there is no curl here.
import { request as plain } from 'node:http';
import { request as tls } from 'node:https';

const [what = 'live'] = process.argv.slice(2);
const { PORT: port = '3000', TLS_CERT_FILE } = process.env;
// Over TLS the certificate names the host that clients use, not this one.
const options = { host: '127.0.0.1', port, path: `/health/${what}`, timeout: 4_000, rejectUnauthorized: false };

const fail = (why) => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
const asked = (TLS_CERT_FILE ? tls : plain)(options, async (answer) => {
  answer.setEncoding('utf8');
  let body = '';
  for await (const text of answer) body += text;
  process.stdout.write(`${body}\n`);
  process.exit(answer.statusCode === 200 ? 0 : 1);
});
asked.on('timeout', () => fail('No answer in time'));
asked.on('error', (error) => fail(error.message));
asked.end();

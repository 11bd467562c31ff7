// node healthy.mjs live|ready [base URL…]: exits 0 where this container's app, or all of those given, answer that they are.
import { request as plain } from 'node:http';
import { request as tls } from 'node:https';

const { PORT = '3000', TLS_CERT_FILE } = process.env;
const own = `${TLS_CERT_FILE ? 'https' : 'http'}://127.0.0.1:${PORT}`;
const [what = 'live', ...others] = process.argv.slice(2);

/** Resolves to whether the answer is 200, and says what it was. */
const asked = (base) =>
  new Promise((resolve) => {
    const fail = (why) => {
      process.stderr.write(`${base}: ${why}\n`);
      resolve(false);
    };
    // The certificate names the host that clients use, which is not what we reach it by here.
    const options = { timeout: 4_000, rejectUnauthorized: false };
    const request = (base.startsWith('https:') ? tls : plain)(`${base}/health/${what}`, options, async (answer) => {
      answer.setEncoding('utf8');
      let body = '';
      for await (const text of answer) body += text;
      process.stdout.write(`${base}: ${answer.statusCode} ${body}\n`);
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => fail(error.message));
    request.end();
  });

const answers = await Promise.all((others.length > 0 ? others : [own]).map(asked));
process.exit(answers.every(Boolean) ? 0 : 1);

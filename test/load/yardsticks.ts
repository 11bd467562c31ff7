import { expectAnswer } from './directory.js';
import type { Exchange } from './drive.js';
import { userBody, userNameOf } from './user-body.js';

let last = 0;

export function hello(): Exchange {
  return {
    request: 'GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: rollcall-bench\r\n\r\n',
    check: (answer) => expectAnswer(answer, 200, 'hello'),
  };
}

/** The same body as a create carries, and the whole of it back. */
export function echo(): Exchange {
  const n = last++;
  const body = userBody('e', n);
  return {
    request:
      'POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: rollcall-bench\r\n' +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    check: (answer) =>
      answer.body.length === body.length
        ? expectAnswer(answer, 201, `"userName":"${userNameOf('e', n)}"`)
        : `must be ${body.length} bytes long`,
  };
}

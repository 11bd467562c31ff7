import { WrongAnswer } from './drive.js';
import { HttpConnection } from './http-client.js';
import { ADMIN_KEY, type AppServer } from './servers.js';

const PAGE = 100;

/** @throws WrongAnswer when the product's list does not hold exactly `expected` people */
export async function countPeople(server: AppServer, product: string, expected: number): Promise<void> {
  const connection = await HttpConnection.open(server.port);
  let count = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query = `tenant=demo&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const { status, body } = await connection.send(
      `GET /${product}/people?${query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`,
    );
    if (status !== 200) throw new WrongAnswer(`/${product}/people answered ${status} ${body.slice(0, 600)}`);
    const page = JSON.parse(body) as { people: unknown[]; nextCursor?: string };
    count += page.people.length;
    cursor = page.nextCursor;
  }
  connection.close();
  if (count !== expected) throw new WrongAnswer(`${product} lists ${count} people, must list ${expected}`);
}

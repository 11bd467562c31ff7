import type { AdminApi } from '../admin-api.js';
import { fields, table, type Columns, type Terminal } from '../output.js';

/** What every command works with. */
export interface CommandContext {
  /** @throws CommandFailed where there is no key */
  api(): Promise<AdminApi>;
  readonly terminal: Terminal;
  readonly isJson: () => boolean;
}

/** Writes what the API answered as JSON, or a list as a table. */
export function printList<Row extends object>(
  { terminal, isJson }: CommandContext,
  rows: readonly Row[],
  columns: Columns<Row>,
): void {
  terminal.out(isJson() ? JSON.stringify(rows, null, 2) : table(rows, columns));
}

/** Writes what the API answered as JSON, or field by field. @param order of names that come first; others follow */
export function print({ terminal, isJson }: CommandContext, answer: object, order: readonly string[] = []): void {
  const values = answer as Readonly<Record<string, unknown>>;
  const first = Object.fromEntries(order.map((name) => [name, values[name]]));
  terminal.out(isJson() ? JSON.stringify(answer, null, 2) : fields({ ...first, ...values }));
}

/** Says what has been done, where the API answers nothing. */
export function printDone({ terminal, isJson }: CommandContext, what: string): void {
  terminal.out(isJson() ? JSON.stringify({ done: what }) : what);
}

export const SHOWN_ONCE = 'Secrets are shown this once.';

/** Where a command writes. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/** Columns by their titles, each with how it is read from a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | undefined>>;

/** Rows under titles, as wide as need be. */
export function table<Row>(rows: readonly Row[], columns: Columns<Row>): string {
  if (rows.length === 0) return 'None.';
  const titles = Object.keys(columns).map((title) => title.toUpperCase());
  const lines = [titles, ...rows.map((row) => Object.values(columns).map((read) => oneLine(read(row))))];
  const widths = titles.map((_title, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below each other. Lists and objects come as JSON, what is missing not at all. */
export function fields(values: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n');
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join(' ') || '-';
  return typeof value === 'string' ? oneLine(value) : JSON.stringify(value);
}

/** What comes from elsewhere must not command the terminal. */
export const oneLine = (value: string | number | undefined): string =>
  // eslint-disable-next-line no-control-regex -- these are what is to go
  String(value ?? '-').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

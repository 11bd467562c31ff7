/** What the process ends with; docs/guide/command-line.md says the same. */
export const EXIT = {
  done: 0,
  /** A connection test found something that does not work, or we have failed ourselves. */
  failed: 1,
  /** The command line is not right. */
  usage: 2,
  /** 401, 403: the key, or what its owner may do. */
  forbidden: 3,
  /** 404 */
  notFound: 4,
  /** 400, 409 and the like: a field is not valid, or something is taken. */
  refused: 5,
  /** Nobody answers, or 5xx: try again later. */
  unavailable: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot be carried out; the message is for whoever typed it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    /** The problem as the API has told it. */
    readonly problem?: object,
  ) {
    super(message);
  }
}

/** What a line of the log tells of an error: enough to find the place, nothing of what was being worked on. */
export interface DescribedError {
  readonly type: string;
  /** Whole where we know who wrote it, else with everything masked that might be a value. */
  readonly message: string;
  readonly code?: string | number;
  /** Where it was thrown, without the message that engines put in front. */
  readonly stack?: string;
  readonly cause?: DescribedError;
  readonly errors?: readonly DescribedError[];
}

/** Errors of ours whose messages are written to be read by operators: they name streams, files and engines, never values. */
const OURS = new Set([
  'ConfigurationError',
  'DirectoryLocked',
  'EventStoreUnavailable',
  'EventTooLarge',
  'GroupInUse',
  'MessageBusUnavailable',
  'PermanentFailure',
  'QueryTooCostly',
  'ReadModelsUnavailable',
  'UnknownTopic',
  'WrongExpectedRevision',
]);

/** How far a chain of causes is followed. */
const MAX_DEPTH = 5;

/**
 * Describes anything that was thrown. Errors quote what they choke on, the JSON parser the text, a driver the key, and so
 * personal data and secrets; a message whose writer we do not know is therefore kept only as far as its words are among
 * those that engines and drivers use ({@link maskMessage}), and no property beyond a code is told.
 */
export function describeError(thrown: unknown, depth = 1): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: '' };
  const { message, stack, cause } = thrown;
  const { code, errors } = thrown as { code?: unknown; errors?: unknown };
  const frames = framesOf(stack);
  const inner = depth < MAX_DEPTH;
  return {
    type: maskType(thrown),
    message: OURS.has(thrown.name) || isSystemError(thrown) ? message : maskMessage(message),
    ...(isCode(code) && { code }),
    ...(frames !== '' && { stack: frames }),
    ...(inner && cause !== undefined && { cause: describeError(cause, depth + 1) }),
    ...(inner && Array.isArray(errors) && { errors: errors.slice(0, 5).map((one) => describeError(one, depth + 1)) }),
  };
}

/** The lines of a stack that tell of places. */
export const framesOf = (stack: string | undefined): string =>
  (stack ?? '')
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .join('\n');

/** The operating system names files and addresses, which are settings of ours. */
const isSystemError = (error: Error): boolean => 'syscall' in error && 'errno' in error;

const maskType = ({ constructor, name }: Error): string =>
  [constructor.name, name].find((one) => /^[A-Za-z]{1,60}$/.test(one)) ?? 'Error';

const isCode = (code: unknown): code is string | number =>
  typeof code === 'number' || (typeof code === 'string' && /^(E[A-Z0-9]+|(ERR|MDB)_[A-Z0-9_]+)$/.test(code));

/** The words of a message that are known, and dots for all others; numbers are values too, and whatever is in quotes. */
export function maskMessage(message: string): string {
  return message
    .slice(0, 1_000)
    .replaceAll(/(["'`])[^"'`]*\1/g, '$1…$1')
    .replaceAll(/[\p{L}\p{N}_$@.%+-]*[\p{L}\p{N}]/gu, (word) => (isKnown(word) ? word : '…'))
    .replaceAll(/…(?:[^\p{L}\p{N}]*…)+/gu, '…')
    .slice(0, 300);
}

const isKnown = (word: string): boolean => WORDS.has(word.toLowerCase()) || /^(ERR|MDB)_[A-Z_]+$/.test(word);

/** What JavaScript engines, Node and database drivers write around values. */
const WORDS = new Set(
  `a aborted access after already an and append argument array as assign assignment at await be because been before being
  bigint body boolean broken broker buffer by bytes call callback called can cannot class client close closed code collection
  column commit connect connected connection const constructor convert could create cursor data database date decode deep
  defined delete deleted destroyed did directory disconnected document does done duplicate encode encoding end ended entry
  environment error event exceeded exceeds expected expired extends fail failed fails failure field file filter find finite
  first for format found from full function generator given group had handle handler hang has have header headers host if
  import in index initialization initialize initialized input insert instance instead integer into invalid is it iterable
  iterator json key keys leader length limit line list load lock long lookup mapsize map match max maximum member memory
  message method missing module more must name negative network no node non not null number object of offset on only open
  opened operation or out outside overflow page parse partition pending pool position private process promise properties
  property provided query range reached read readable reading read-only receive received recursion reduce refused regular
  reject rejected request require required reset resolve resource response result retry return returned revision schema
  send sent serialize server session set setting size socket stack start stopped store stream string super symbol syntax
  target than that the then this through timed timeout to token too topic transaction type unable undefined unexpected unique
  unknown unsupported up update use used valid value values variable version was were while with without write writable
  writing written wrong yet`.split(/\s+/),
);

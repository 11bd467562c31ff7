/** Keeps every key of an embedded store far below its limit of 1978 bytes, whatever the name's letters take in UTF-8. */
const MAX_STREAM_LENGTH = 500;

/** The names that every adapter takes: not empty, at most 500 characters, no NUL. */
export function isStreamName(stream: string): boolean {
  return stream.length > 0 && stream.length <= MAX_STREAM_LENGTH && !stream.includes('\0');
}

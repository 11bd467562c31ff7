/** What the two clocks may come apart before they are compared anew; the wall's steps by a whole millisecond. */
const SLACK_MS = 2;
let ahead = Date.now() - performance.now();

/**
 * A moment by the wall clock, in milliseconds since the epoch, to a tenth: by whole milliseconds, calls that follow upon one
 * another within one would be remembered in any order.
 * @param moment by the clock that only goes forward, just now
 */
export function wallTime(moment: number): number {
  const apart = Date.now() - performance.now() - ahead;
  if (Math.abs(apart) > SLACK_MS) ahead += apart;
  return Math.round((moment + ahead) * 10) / 10;
}

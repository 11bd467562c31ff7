/**
 * `performance.now()` of this process, which goes forward by so much at each look until it is disposed: work that looks whether
 * its time is up gets as far as it is meant to, on a machine of any speed. 0: it stands.
 */
export class SteppingClock implements Disposable {
  constructor(stepMs: number) {
    let now = performance.now();
    performance.now = () => (now += stepMs);
  }

  /** That of the system stands behind the one put over it. */
  [Symbol.dispose](): void {
    Reflect.deleteProperty(performance, 'now');
  }
}

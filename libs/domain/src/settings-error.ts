/** A command about settings that cannot be granted; `kind` tells the admin API how to answer. */
export class SettingsError extends Error {
  override readonly name: string = 'SettingsError';
  constructor(
    readonly kind: 'notFound' | 'conflict' | 'invalid',
    message: string,
    /** Name of the field that is not as it should be, where there is one. */
    readonly field?: string,
  ) {
    super(message);
  }
}

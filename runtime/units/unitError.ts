/** A text that is not the quantity it should be. The message says what was expected and what was there instead. */
export class UnitError extends Error {
  override readonly name = 'UnitError';

  /**
   * @param expected what would have been right, with its article: `a duration such as 10secs`
   * @param got the text as it was given
   */
  constructor(expected: string, got: string) {
    super(`expected ${expected}, got '${got}'`);
  }
}

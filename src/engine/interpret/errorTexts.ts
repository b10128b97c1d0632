/** Errors that end a program, in the words of its language. */

/** `ValueError: too many values to unpack (expected 2, got 3)` */
export function errorText(type: string, message: string): string {
  return message === "" ? type : `${type}: ${message}`;
}

/** Why so many values are not taken apart into so many names. */
export function unpackingError(values: number, names: number, hasStar: boolean): string {
  const [amount, expected] =
    values > names ? ["too many", names] : ["not enough", hasStar ? `at least ${names - 1}` : names];
  return `${amount} ${UNPACKED} (expected ${expected}, got ${values})`;
}

export function isUnpackingError(message: string): boolean {
  return message.includes(`${UNPACKED} (expected`);
}

const UNPACKED = "values to unpack";

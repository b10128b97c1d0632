/** Why a network has no figure, in the reader's language. */

/** The engine speaks English; its commonest reason has a form that can be told in other languages. */
export function reasonText(reason: string, t: (message: string, needed: string) => string): string {
  const needed = /^needs (.+)$/.exec(reason)?.[1];
  return needed ? t("needs {0}", needed) : reason;
}

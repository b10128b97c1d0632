/** `.netrc`: the name and the password by which a host lets one in. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

export function netrcLogin(text: string, host: string): Login | undefined {
  // A macro runs to the next empty line, and none of it is a login.
  const words = text
    .replaceAll(/^\s*macdef\b.*(?:\n(?!\s*\n).*)*/gm, "")
    .replaceAll(/^\s*#.*$/gm, "")
    .match(/"(?:[^"\\]|\\.)*"|\S+/g);
  let isOurs = false;
  let name: string | undefined;
  let password: string | undefined;
  for (let at = 0; at < (words?.length ?? 0); at++) {
    const word = words![at]!;
    const value = (): string => plain(words![++at] ?? "");
    if (word === "machine" || word === "default") {
      if (isOurs) break;
      isOurs = word === "default" || value() === host;
      [name, password] = [undefined, undefined];
    } else if (word === "login" || word === "account") {
      const given = value();
      if (isOurs && (word === "login" || name === undefined)) name = given;
    } else if (word === "password") {
      const given = value();
      if (isOurs) password = given;
    }
  }
  return isOurs && password !== undefined ? { name: name ?? "", password } : undefined;
}

function plain(word: string): string {
  return word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, "$1") : word;
}

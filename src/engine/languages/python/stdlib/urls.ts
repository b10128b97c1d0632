/** `urllib.parse`: an address taken apart, by which programs name models. What goes over a network is not followed. */
import { ABSENT, isUnknown, Tuple, type Value } from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { makeRuntime } from "./inertness.ts";
import { namedTuple } from "./namedtuple.ts";
import { type Module, makeModule, OpenModule } from "./table.ts";

const SPLIT_RESULT = namedTuple(
  "SplitResult",
  ["scheme", "netloc", "path", "query", "fragment"].map((name) => ({ name, fallback: ABSENT })),
);

/** As Python's does: a scheme is what is before the first colon if it is spelt like one. */
function split(address: string, scheme: string, hasFragments: boolean): Tuple {
  const [, named, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(address) ?? [];
  const [, host, after = ""] = /^(?:\/\/([^/?#]*))?(.*)$/s.exec(rest) ?? [];
  const [before = "", fragment = ""] = hasFragments ? after.split(/#(.*)/s) : [after];
  const [path = "", query = ""] = before.split(/\?(.*)/s);
  const result = new Tuple([named?.toLowerCase() ?? scheme, host ?? "", path, query, fragment]);
  result.cls = SPLIT_RESULT;
  return result;
}

export const urllibParse = (): Module => {
  const known = makeModule({
    functions: {
      urlsplit: [
        "url, scheme='', allow_fragments=True",
        (a, interp): Value => {
          const [url, scheme] = [a.url, a.scheme].map((given) => toText(given));
          if (isUnknown(a.url)) return a.url;
          return url === undefined || scheme === undefined || typeof a.allow_fragments !== "boolean"
            ? interp.unknown("the address that is taken apart is not known")
            : split(url, scheme, a.allow_fragments);
        },
      ],
    },
  });
  return new OpenModule(known, (name) =>
    name.startsWith("__") ? ABSENT : makeRuntime(`urllib.parse.${name}`),
  );
};

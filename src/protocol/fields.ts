/** What messages are made of, as valibot checks it: shared by the webviews' messages and the server's parameters. */
import * as v from "valibot";

/** Far above what a file has networks, and a network layers. */
const MANY = 100_000;

export const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.custom<object>(
      (given) => typeof given === "object" && given !== null && !Array.isArray(given),
      "must be an object",
    ),
    v.object(entries, (issue) => (issue.path ? "is missing" : "must be an object")),
  );

export const list = <const Item extends v.GenericSchema>(item: Item, most = MANY) =>
  v.pipe(v.array(item, "must be a list"), v.maxLength(most, `must have at most ${most} entries`));

export const text = v.string("must be a text");
export const flag = v.boolean("must be true or false");
export const whole = (least: number, most: number) =>
  v.pipe(
    v.number(`must be a whole number from ${least} to ${most}`),
    v.safeInteger(`must be a whole number from ${least} to ${most}`),
    v.minValue(least, `must be a whole number from ${least} to ${most}`),
    v.maxValue(most, `must be a whole number from ${least} to ${most}`),
  );

/** Of a network, a layer or a file. */
export const name = v.pipe(
  v.string("must be a name"),
  v.nonEmpty("must be a name"),
  v.maxLength(999, "must be a name of less than 1000 characters"),
);
export const names = list(name);

/** A network's input, one text an argument. */
export const input = v.pipe(
  list(
    v.pipe(
      v.string("must be a shape such as 1x3x224x224"),
      v.regex(/^[1-9]\d{0,8}(x[1-9]\d{0,8}){0,7}(:\w{1,16})?$/, "must be a shape such as 1x3x224x224"),
    ),
    16,
  ),
  v.nonEmpty("must have a shape"),
);

/** α and ρ as MobileNet means them: they thin and shrink, and a little room above for the curious. */
export const factor = v.pipe(
  v.number("must be a number from 0.01 to 4"),
  v.minValue(0.01, "must be a number from 0.01 to 4"),
  v.maxValue(4, "must be a number from 0.01 to 4"),
);
export const round = whole(1, 1024);
export const budget = v.pipe(
  v.number("must be a positive number"),
  v.finite("must be a positive number"),
  v.gtValue(0, "must be a positive number"),
);
